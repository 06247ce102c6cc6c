// How what we say reads for people and models: "[buttons] Which size? (Small | Large)".
#include <algorithm>

#include <fmt/format.h>

#include "whatsapp/message_view.hpp"
#include "whatsapp/outgoing_rules.hpp"

namespace claw::whatsapp {
namespace {

std::string text_in(const json::object& of, std::string_view part) {
  const auto* object = find_object(of, part);
  return object ? text_at(*object, "text") : std::string();
}

/// Header, body and footer, one below the other.
std::string words_of(const json::object& interactive) {
  return joined({text_in(interactive, "header"), text_in(interactive, "body"), text_in(interactive, "footer")}, "\n");
}

/// The texts `name` of the objects in `array`, or in their member `inside`.
json::array texts_of(const json::array* array, std::string_view name, std::string_view inside = {}) {
  json::array texts;
  if (!array) return texts;
  for (const auto& element : *array) {
    const auto* object = element.if_object();
    if (object && !inside.empty()) object = find_object(*object, inside);
    if (object) texts.emplace_back(text_at(*object, name));
  }
  return texts;
}

std::string choices_of(const json::array& texts) {
  std::string choices;
  for (const auto& text : texts) choices = joined({choices, text_of(&text)}, " | ");
  return choices.empty() ? choices : fmt::format("({})", choices);
}

void append(json::array& to, json::array more) {
  for (auto& element : more) to.push_back(std::move(element));
}

void put_file(const json::object& header, json::object& data) {
  const auto type = text_at(header, "type");
  const auto* file = find_object(header, type);
  if (!file) return;
  auto media = pick(*file, {"id", "link", "filename"});
  media["type"] = type;
  data["media"] = std::move(media);
}

void view_buttons(const json::object& action, Content& out) {
  auto titles = texts_of(find_array(action, "buttons"), "title", "reply");
  out.text = choices_of(titles);
  out.data["buttons"] = std::move(titles);
}

void view_list(const json::object& action, Content& out) {
  json::array rows;
  for (const auto& section : *find_array(action, "sections"))
    append(rows, texts_of(find_array(section.get_object(), "rows"), "title"));
  out.text = choices_of(rows);
  out.data["list"] = {{"button", text_at(action, "button")}, {"rows", std::move(rows)}};
}

void view_link(const json::object& action, Content& out) {
  const auto& parameters = *find_object(action, "parameters");
  out.text = fmt::format("({}: {})", text_at(parameters, "display_text"), text_at(parameters, "url"));
  out.data["link"] = {{"title", text_at(parameters, "display_text")}, {"url", text_at(parameters, "url")}};
}

void view_flow(const json::object& action, Content& out) {
  const auto& parameters = *find_object(action, "parameters");
  out.text = fmt::format("({})", text_at(parameters, "flow_cta"));
  out.data["flow"] = pick(parameters, {"flow_id", "flow_name", "flow_cta", "flow_token"});
}

void view_call(const json::object& action, Content& out) {
  const auto* parameters = find_object(action, "parameters");
  const auto label = parameters ? text_at(*parameters, "display_text") : std::string();
  if (!label.empty()) out.text = fmt::format("({})", label);
}

void view_product(const json::object& action, Content& out) {
  out.text = fmt::format("({})", text_at(action, "product_retailer_id"));
  out.data["products"] = {text_at(action, "product_retailer_id")};
}

void view_products(const json::object& action, Content& out) {
  json::array products;
  for (const auto& section : *find_array(action, "sections"))
    append(products, texts_of(find_array(section.get_object(), "product_items"), "product_retailer_id"));
  out.text = choices_of(products);
  out.data["products"] = std::move(products);
}

/// "(Blue, from the south [Learn more] | Red [Learn more])"
void view_cards(const json::object& action, Content& out) {
  json::array cards;
  for (const auto& element : *find_array(action, "cards")) {
    const auto& card = element.get_object();
    const auto& of = *find_object(card, "action");
    std::string button;
    for (const auto& title : texts_of(find_array(of, "buttons"), "title", "quick_reply"))
      button = joined({button, text_of(&title)}, ", ");
    if (const auto* parameters = find_object(of, "parameters"))
      button = joined({text_at(*parameters, "display_text"), text_at(*parameters, "url")}, ": ");
    cards.emplace_back(joined({text_in(card, "body"), fmt::format("[{}]", button)}, " "));
  }
  out.text = choices_of(cards);
  out.data["cards"] = std::move(cards);
}

struct Kind {
  std::string_view name;
  std::string_view label;
  /// Its part of the data, and into out.text what can be chosen; none: the words alone.
  void (*view)(const json::object& action, Content& out) = nullptr;
};

constexpr Kind kKinds[] = {
    {"button", "buttons", view_buttons},
    {"list", "list", view_list},
    {"cta_url", "link", view_link},
    {"flow", "form", view_flow},
    {"location_request_message", "asks for a location"},
    {"request_contact_info", "asks for contact details"},
    {"call_permission_request", "asks for permission to call"},
    {"voice_call", "call button", view_call},
    {"catalog_message", "catalog"},
    {"product", "product", view_product},
    {"product_list", "products", view_products},
    {"carousel", "cards", view_cards},
    {"address_message", "asks for an address"},
};

void view_interactive(const json::object& message, Content& out) {
  const auto& interactive = *find_object(message, "interactive");
  const auto type = text_at(interactive, "type");
  if (const auto* header = find_object(interactive, "header")) put_file(*header, out.data);
  for (const auto& kind : kKinds) {
    if (kind.name != type) continue;
    if (kind.view) kind.view(*find_object(interactive, "action"), out);
    out.text = joined({fmt::format("[{}]", kind.label), words_of(interactive), out.text}, " ");
  }
}

/// "[template order_ready] Anna, A-17"
void view_template(const json::object& message, Content& out) {
  const auto& of = *find_object(message, "template");
  json::array words;
  if (const auto* components = find_array(of, "components")) {
    for (const auto& component : *components)
      append(words, texts_of(find_array(component.get_object(), "parameters"), "text"));
  }
  std::string shown;
  for (const auto& each : words) shown = joined({shown, text_of(&each)}, ", ");
  const auto name = text_at(of, "name");
  out.text = joined({fmt::format("[template {}]", name), shown}, " ");
  out.data["template"] = {
      {"name", name}, {"language", text_at(*find_object(of, "language"), "code")}, {"parameters", std::move(words)}};
}

void view_pin(const json::object& message, Content& out) {
  const auto& pin = *find_object(message, "pin");
  out.text = text_at(pin, "type") == "pin" ? "[pinned a message]" : "[unpinned a message]";
  out.data["pin"] = pick(pin, {"type", "message_id", "expiration_days"});
}

void view_content(std::string_view type, const json::object& message, Content& out) {
  if (type == "text") {
    out.text = text_at(*find_object(message, "text"), "body");
  } else if (type == "location") {
    render_location(message, out);
  } else if (type == "contacts") {
    render_contacts(message, out);
  } else if (type == "reaction") {
    render_reaction(message, out);
  } else if (type == "interactive") {
    view_interactive(message, out);
  } else if (type == "template") {
    view_template(message, out);
  } else if (type == "pin") {
    view_pin(message, out);
  } else {
    render_media(type, message, out);
  }
}

/// What Meta gets, but for type and receiver; of a text its words are kept once, as the text of the view.
json::object members_to_send(std::string_view type, const json::object& message) {
  json::object members;
  for (const auto& member : message) {
    static constexpr std::string_view kEnvelope[] = {"messaging_product", "recipient_type", "to", "recipient", "type"};
    if (member.value().is_null() || std::ranges::find(kEnvelope, std::string_view(member.key())) != std::end(kEnvelope))
      continue;
    members[member.key()] = member.value();
  }
  if (type != "text") return members;
  auto& of = members["text"].get_object();
  of.erase("body");
  if (of.empty()) members.erase("text");
  return members;
}

}  // namespace

AgentView outgoing_view(std::string_view type, const json::object& message) {
  Message unused;  // where the renderers of what comes in put what only such messages have
  Content out{{}, {}, unused};
  view_content(type, message, out);
  const auto* context = find_object(message, "context");
  if (const auto of = context ? text_at(*context, "message_id") : std::string(); !of.empty()) out.data["reply_to"] = of;
  if (auto members = members_to_send(type, message); !members.empty()) out.data["message"] = std::move(members);
  return {std::move(out.text), write_json(out.data)};
}

}  // namespace claw::whatsapp
