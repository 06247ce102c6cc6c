// What each type of message may hold; cloud-api 2.3 has the limits, and where its sources differ Meta's own page of the
// year 2026 is followed and named.
#include <algorithm>

#include <fmt/format.h>

#include "whatsapp/outgoing_rules.hpp"
#include "whatsapp/text_limits.hpp"

namespace claw::whatsapp {
namespace {

constexpr std::int64_t kMaxCaption = 1024;
constexpr std::int64_t kMaxFilename = 240;
constexpr std::int64_t kMaxContacts = 257;
constexpr std::int64_t kMaxLatitude = 90;
constexpr std::int64_t kMaxLongitude = 180;
constexpr std::int64_t kMaxPlaceName = 100;
constexpr std::int64_t kMaxPlaceAddress = 300;
constexpr std::int64_t kMaxPinDays = 30;
constexpr std::int64_t kMaxTemplateName = 512;
constexpr std::int64_t kMaxCards = 10;
constexpr std::int64_t kMaxTemplateButtons = 10;
/// What a body's parameter may have where the template is nothing but its body, and else.
constexpr std::int64_t kMaxLoneBodyParameter = 32768;
constexpr std::int64_t kMaxBodyParameter = 1024;
constexpr std::int64_t kMaxHeaderParameter = 60;
constexpr std::int64_t kMaxUrlParameter = 2000;
/// Meta's page on coupon templates of December 2025; older ones and other makers' say 15.
constexpr std::int64_t kMaxCouponCode = 20;

constexpr Rule kText[] = {object("text"), text("text.body", kMaxTextCharacters)};
constexpr Rule kImage[] = {file("image"), optional(text("image.caption", kMaxCaption))};
constexpr Rule kVideo[] = {file("video"), optional(text("video.caption", kMaxCaption))};
constexpr Rule kDocument[] = {file("document"), optional(text("document.caption", kMaxCaption)),
                              optional(text("document.filename", kMaxFilename))};
constexpr Rule kAudio[] = {file("audio"), optional({"audio.voice", Shape::kFlag}), absent("audio.caption")};
constexpr Rule kSticker[] = {file("sticker"), absent("sticker.caption")};
constexpr Rule kReaction[] = {
    object("reaction"), id("reaction.message_id"), {"reaction.emoji", Shape::kText}};  // an empty one takes it back
constexpr Rule kLocation[] = {object("location"),
                              {"location.latitude", Shape::kNumber, true, -kMaxLatitude, kMaxLatitude},
                              {"location.longitude", Shape::kNumber, true, -kMaxLongitude, kMaxLongitude},
                              {"location.name", Shape::kText, false, 0, kMaxPlaceName},
                              {"location.address", Shape::kText, false, 0, kMaxPlaceAddress}};
constexpr Rule kContacts[] = {list("contacts", 1, kMaxContacts),
                              object("contacts[]"),
                              object("contacts[].name"),
                              text("contacts[].name.formatted_name", kUnbounded),
                              optional(list("contacts[].phones", 0, kUnbounded)),
                              optional(object("contacts[].phones[]")),
                              optional(list("contacts[].emails", 0, kUnbounded)),
                              optional(list("contacts[].urls", 0, kUnbounded)),
                              optional(list("contacts[].addresses", 0, kUnbounded)),
                              optional(object("contacts[].org"))};
constexpr Rule kPin[] = {object("pin"),
                         choice("pin.type", "pin unpin"),
                         id("pin.message_id"),
                         {"pin.expiration_days", Shape::kWhole, false, 1, kMaxPinDays}};

constexpr Rule kTemplate[] = {
    object("template"),
    text("template.name", kMaxTemplateName),
    object("template.language"),
    text("template.language.code", kUnbounded),
    optional(list("template.components", 0, kUnbounded)),
    text("template.components[].type", kUnbounded),
    optional(list("template.components[].parameters", 0, kUnbounded)),
    text("template.components[].parameters[].type", kUnbounded),
    optional(file("template.components[].parameters[].image")),
    optional(file("template.components[].parameters[].video")),
    optional(file("template.components[].parameters[].document")),
    optional(text("template.components[].parameters[].coupon_code", kMaxCouponCode)),
    {"template.components[].index", Shape::kWhole, false, 0, kMaxTemplateButtons - 1},
    optional(list("template.components[].cards", 1, kMaxCards)),
    {"template.components[].cards[].card_index", Shape::kWhole, true, 0, kMaxCards - 1},
    list("template.components[].cards[].components", 0, kUnbounded),
    text("template.components[].cards[].components[].type", kUnbounded),
    optional(list("template.components[].cards[].components[].parameters", 0, kUnbounded)),
    text("template.components[].cards[].components[].parameters[].type", kUnbounded),
    optional(file("template.components[].cards[].components[].parameters[].image")),
    optional(file("template.components[].cards[].components[].parameters[].video")),
};

bool is_called(const json::object& component, std::string_view name, std::string_view value) {
  const auto given = text_at(component, name);
  // Meta writes these in capitals in one place and without in another, and takes both.
  return std::ranges::equal(given, value,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// The limit on the texts that are put into a component; nothing where there is none.
std::optional<std::int64_t> parameter_limit(const json::object& component, bool is_alone) {
  if (is_called(component, "type", "header")) return kMaxHeaderParameter;
  if (is_called(component, "type", "body")) return is_alone ? kMaxLoneBodyParameter : kMaxBodyParameter;
  if (is_called(component, "sub_type", "url")) return kMaxUrlParameter;
  return {};
}

Fault fault_in_template(const json::object& message) {
  const auto& of = *find_object(message, "template");
  const auto* components = find_array(of, "components");
  if (!components) return {};
  std::size_t index = 0;
  for (const auto& value : *components) {
    const auto& component = value.get_object();
    const auto where = fmt::format("template.components[{}]", index++);
    if (is_called(component, "type", "button")) {
      static constexpr Rule kButton[] = {text("sub_type", kUnbounded), {"index", Shape::kWhole}};
      if (auto fault = below(where, fault_in(component, kButton))) return fault;
    }
    const auto limit = parameter_limit(component, components->size() == 1);
    if (!limit) continue;
    const Rule rules[] = {optional(text("parameters[].text", *limit))};
    if (auto fault = below(where, fault_in(component, rules))) return fault;
  }
  return {};
}

Fault fault_in_contacts(const json::object& message) {
  constexpr std::string_view kForm = "0000-00-00";
  std::size_t index = 0;
  for (const auto& contact : *find_array(message, "contacts")) {
    const auto* birthday = find(contact, "birthday");
    const auto given = text_of(birthday);
    const bool is_date = std::ranges::equal(
        given, kForm, [](char c, char form) { return form == '-' ? c == '-' : c >= '0' && c <= '9'; });
    if (birthday && !is_date)
      return OutgoingFault{fmt::format("contacts[{}].birthday", index), "a date as 2012-08-18", quoted(given)};
    ++index;
  }
  return {};
}

struct Type {
  std::string_view name;
  std::span<const Rule> rules;
  /// What no table says; called where the rules are kept.
  Fault (*more)(const json::object& message) = nullptr;
};

constexpr Type kTypes[] = {
    {"text", kText},
    {"image", kImage},
    {"video", kVideo},
    {"document", kDocument},
    {"audio", kAudio},
    {"sticker", kSticker},
    {"reaction", kReaction},
    {"location", kLocation},
    {"contacts", kContacts, fault_in_contacts},
    {"interactive", {}, fault_in_interactive},
    {"template", kTemplate, fault_in_template},
    {"pin", kPin},
};

}  // namespace

std::expected<std::string, OutgoingFault> type_of(const json::object& message) {
  if (const auto* type = find(message, "type")) {
    if (!type->is_string()) return std::unexpected(OutgoingFault{"type", "a text", ""});
    return std::string(type->get_string());
  }
  std::string found;
  for (const auto& each : kTypes) {
    if (!find(message, each.name)) continue;
    if (!found.empty())
      return std::unexpected(OutgoingFault{"type", "needed where there is more than one content", ""});
    found = each.name;
  }
  if (found.empty()) return std::unexpected(OutgoingFault{"type", "needed", ""});
  return found;
}

Fault fault_in_content(std::string_view type, const json::object& message) {
  std::string known;
  for (const auto& each : kTypes) {
    if (each.name == type) {
      auto fault = fault_in(message, each.rules);
      return fault || !each.more ? fault : each.more(message);
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", each.name);
  }
  return OutgoingFault{"type", "one of " + known, quoted(type)};
}

}  // namespace claw::whatsapp
