#include <fmt/format.h>

#include "whatsapp/message_view.hpp"

namespace claw::whatsapp {
namespace {

std::string media_label(std::string_view type, const json::object& media) {
  if (type == "audio" && is_true(media, "voice")) return "voice message";
  if (type == "sticker" && is_true(media, "animated")) return "animated sticker";
  if (type == "document") return joined({"document", text_at(media, "filename")}, " ");
  return std::string(type);
}

/// "Erika Muster (+49 155 5000099)"
std::string contact_line(const json::object& contact) {
  std::string name;
  if (const auto* names = find_object(contact, "name")) {
    name = text_at(*names, "formatted_name");
    if (name.empty()) name = joined({text_at(*names, "first_name"), text_at(*names, "last_name")}, " ");
  }
  if (const auto* org = find_object(contact, "org"); org && name.empty()) name = text_at(*org, "company");
  std::string phones;
  if (const auto* list = find_array(contact, "phones")) {
    for (const auto& phone : *list) {
      if (!phone.is_object()) continue;
      auto number = text_at(phone.get_object(), "phone");
      if (number.empty()) number = text_at(phone.get_object(), "wa_id");
      phones = joined({phones, number}, ", ");
    }
  }
  if (name.empty() && phones.empty()) return "without name or number";
  return name.empty() ? phones : phones.empty() ? name : fmt::format("{} ({})", name, phones);
}

/// "2 × SKU-7 at 9.9 EUR"
std::string product_line(const json::object& product) {
  const auto price = joined({text_at(product, "item_price"), text_at(product, "currency")}, " ");
  return joined({joined({text_at(product, "quantity"), text_at(product, "product_retailer_id")}, " × "), price},
                " at ");
}

}  // namespace

void render_media(std::string_view type, const json::object& item, Content& out) {
  const auto* media = find_object(item, type);
  if (!media) {
    out.text = fmt::format("[{} without content]", type);
    return;
  }
  auto& of = out.message.media;
  of.id = text_at(*media, "id");
  of.mime_type = text_at(*media, "mime_type");
  of.sha256 = text_at(*media, "sha256");
  of.filename = text_at(*media, "filename");
  of.url = text_at(*media, "url");
  of.voice = is_true(*media, "voice");
  out.text = joined({fmt::format("[{}]", media_label(type, *media)), text_at(*media, "caption")}, " ");
  json::object data{{"type", type}};
  for (auto& member :
       pick(*media, {"id", "mime_type", "sha256", "filename", "voice", "animated", "caption", "url", "link"})) {
    data[member.key()] = std::move(member.value());
  }
  out.data["media"] = std::move(data);
}

void render_location(const json::object& item, Content& out) {
  const auto* location = find_object(item, "location");
  if (!location) {
    out.text = "[location without content]";
    return;
  }
  out.text = "[location] " + joined({text_at(*location, "name"), text_at(*location, "address"),
                                     text_at(*location, "latitude"), text_at(*location, "longitude")},
                                    ", ");
  out.data["location"] = pick(*location, {"latitude", "longitude", "name", "address", "url"});
}

void render_contacts(const json::object& item, Content& out) {
  const auto* contacts = find_array(item, "contacts");
  if (!contacts || contacts->empty()) {
    out.text = "[contacts without content]";
    return;
  }
  std::string lines;
  auto origin = text_at(item, "origin");
  for (const auto& contact : *contacts) {
    if (!contact.is_object()) continue;
    lines = joined({lines, contact_line(contact.get_object())}, "; ");
    if (origin.empty()) origin = text_at(contact.get_object(), "origin");
  }
  out.text = (origin == "contact_request" ? "[own contact, as asked] " : "[contacts] ") + lines;
  out.data["contacts"] = *contacts;
  if (!origin.empty()) out.data["origin"] = origin;
}

void render_order(const json::object& item, Content& out) {
  const auto* order = find_object(item, "order");
  if (!order) {
    out.text = "[order without content]";
    return;
  }
  std::string products;
  if (const auto* list = find_array(*order, "product_items")) {
    for (const auto& product : *list) {
      if (product.is_object()) products = joined({products, product_line(product.get_object())}, "; ");
    }
  }
  out.text = "[order] " + joined({products, text_at(*order, "text")}, "\n");
  out.data["order"] = pick(*order, {"catalog_id", "text", "product_items"});
}

void render_reaction(const json::object& item, Content& out) {
  const auto* reaction = find_object(item, "reaction");
  const auto emoji = reaction ? text_at(*reaction, "emoji") : std::string();
  // Meta sends an empty emoji, or none, when a reaction is taken back.
  out.text = emoji.empty() ? "[reaction removed]" : "[reaction] " + emoji;
  if (!reaction) return;
  out.message.target = text_at(*reaction, "message_id");
  out.data["reaction"] = {{"message_id", out.message.target}, {"emoji", emoji}};
}

}  // namespace claw::whatsapp
