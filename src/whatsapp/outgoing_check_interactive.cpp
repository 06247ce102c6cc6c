// What each kind of interactive message may hold; cloud-api 2.3 has the limits, and where its sources differ Meta's own
// page is followed and named.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "whatsapp/outgoing_rules.hpp"
#include "whatsapp/utf8.hpp"

namespace claw::whatsapp {
namespace {

constexpr std::int64_t kMaxBody = 1024;
/// Meta's page on list messages of November 2025; older ones and other makers' say 1024.
constexpr std::int64_t kMaxListBody = 4096;
constexpr std::int64_t kMaxHeader = 60;
constexpr std::int64_t kMaxFooter = 60;
constexpr std::int64_t kMaxLabel = 20;
constexpr std::int64_t kMaxButtons = 3;
constexpr std::int64_t kMaxButtonId = 256;
constexpr std::int64_t kMaxSections = 10;
constexpr std::int64_t kMaxRows = 10;
constexpr std::int64_t kMaxSectionTitle = 24;
constexpr std::int64_t kMaxRowId = 200;
constexpr std::int64_t kMaxRowTitle = 24;
constexpr std::int64_t kMaxRowDescription = 72;
constexpr std::int64_t kMaxProducts = 30;
constexpr std::int64_t kMaxUrl = 2000;
constexpr std::int64_t kMaxCallMinutes = 43200;
constexpr std::int64_t kMaxCallPayload = 512;
/// Meta's page on carousels of December 2025; one card alone is refused.
constexpr std::int64_t kMinCards = 2;
constexpr std::int64_t kMaxCards = 10;
constexpr std::int64_t kMaxCardBody = 160;
constexpr std::int64_t kMaxCardLineBreaks = 2;

constexpr std::string_view kNoHeader = {};
constexpr std::string_view kTextHeader = "text";
constexpr std::string_view kAnyHeader = "text image video document";

constexpr Rule kButtons[] = {list("action.buttons", 1, kMaxButtons), choice("action.buttons[].type", "reply"),
                             object("action.buttons[].reply"), text("action.buttons[].reply.id", kMaxButtonId),
                             text("action.buttons[].reply.title", kMaxLabel)};
constexpr Rule kList[] = {text("action.button", kMaxLabel),
                          list("action.sections", 1, kMaxSections),
                          {"action.sections[].title", Shape::kText, false, 0, kMaxSectionTitle},
                          list("action.sections[].rows", 1, kMaxRows),
                          text("action.sections[].rows[].id", kMaxRowId),
                          text("action.sections[].rows[].title", kMaxRowTitle),
                          {"action.sections[].rows[].description", Shape::kText, false, 0, kMaxRowDescription}};
constexpr Rule kCtaUrl[] = {choice("action.name", "cta_url"), object("action.parameters"),
                            text("action.parameters.display_text", kMaxLabel), url("action.parameters.url", kMaxUrl)};
constexpr Rule kFlow[] = {choice("action.name", "flow"),
                          object("action.parameters"),
                          optional(choice("action.parameters.mode", "draft published")),
                          choice("action.parameters.flow_message_version", "3"),
                          optional(id("action.parameters.flow_id")),
                          optional(text("action.parameters.flow_name", kUnbounded)),
                          text("action.parameters.flow_cta", kMaxLabel),
                          optional(choice("action.parameters.flow_action", "navigate data_exchange")),
                          optional(object("action.parameters.flow_action_payload"))};
constexpr Rule kLocationRequest[] = {choice("action.name", "send_location")};
constexpr Rule kContactRequest[] = {choice("action.name", "request_contact_info")};
constexpr Rule kCallRequest[] = {choice("action.name", "call_permission_request")};
constexpr Rule kVoiceCall[] = {choice("action.name", "voice_call"),
                               optional(object("action.parameters")),
                               optional(text("action.parameters.display_text", kMaxLabel)),
                               {"action.parameters.ttl_minutes", Shape::kWhole, false, 1, kMaxCallMinutes},
                               {"action.parameters.payload", Shape::kText, false, 0, kMaxCallPayload}};
constexpr Rule kCatalog[] = {choice("action.name", "catalog_message"), optional(object("action.parameters")),
                             optional(id("action.parameters.thumbnail_product_retailer_id"))};
constexpr Rule kProduct[] = {id("action.catalog_id"), id("action.product_retailer_id")};
constexpr Rule kProductList[] = {object("header"),
                                 id("action.catalog_id"),
                                 list("action.sections", 1, kMaxSections),
                                 {"action.sections[].title", Shape::kText, false, 0, kMaxSectionTitle},
                                 list("action.sections[].product_items", 1, kMaxProducts),
                                 id("action.sections[].product_items[].product_retailer_id")};
constexpr Rule kCarousel[] = {absent("footer"),
                              list("action.cards", kMinCards, kMaxCards),
                              {"action.cards[].card_index", Shape::kWhole, true, 0, kMaxCards - 1},
                              object("action.cards[].header"),
                              choice("action.cards[].header.type", "image video"),
                              optional(file("action.cards[].header.image")),
                              optional(file("action.cards[].header.video")),
                              absent("action.cards[].header.image.caption"),
                              absent("action.cards[].header.video.caption"),
                              optional(object("action.cards[].body")),
                              optional(text("action.cards[].body.text", kMaxCardBody)),
                              object("action.cards[].action"),
                              optional(choice("action.cards[].action.name", "cta_url")),
                              optional(object("action.cards[].action.parameters")),
                              text("action.cards[].action.parameters.display_text", kMaxLabel),
                              url("action.cards[].action.parameters.url", kMaxUrl),
                              optional(list("action.cards[].action.buttons", 1, kMaxButtons)),
                              choice("action.cards[].action.buttons[].type", "quick_reply"),
                              object("action.cards[].action.buttons[].quick_reply"),
                              text("action.cards[].action.buttons[].quick_reply.id", kMaxButtonId),
                              text("action.cards[].action.buttons[].quick_reply.title", kMaxLabel)};
constexpr Rule kAddress[] = {choice("action.name", "address_message"), object("action.parameters"),
                             text("action.parameters.country", kUnbounded)};

/// Tells the first of the values at `name` that was there before.
class Unique {
 public:
  explicit Unique(std::string_view name) : name_(name) {}
  Fault add(const json::object& in, const std::string& where) {
    auto value = text_at(in, name_);
    if (seen_.insert(value).second) return {};
    return repeated(fmt::format("{}.{}", where, name_), value);
  }

 private:
  std::string_view name_;
  std::set<std::string> seen_;
};

const json::object& action_of(const json::object& interactive) {
  return *find_object(interactive, "action");
}

Fault more_of_buttons(const json::object& interactive) {
  Unique ids("id");
  Unique titles("title");
  std::size_t index = 0;
  for (const auto& button : *find_array(action_of(interactive), "buttons")) {
    const auto& reply = *find_object(button.get_object(), "reply");
    const auto where = fmt::format("action.buttons[{}].reply", index++);
    if (auto fault = ids.add(reply, where)) return fault;
    if (auto fault = titles.add(reply, where)) return fault;
  }
  return {};
}

/// Sections of rows or products: a title each where there is more than one, and no more than `most` of their elements.
Fault sections_fault(const json::object& interactive, std::string_view elements, std::size_t most) {
  const auto& sections = *find_array(action_of(interactive), "sections");
  std::size_t total = 0;
  for (std::size_t index = 0; index < sections.size(); ++index) {
    const auto& section = sections[index].get_object();
    total += find_array(section, elements)->size();
    if (sections.size() > 1 && text_at(section, "title").empty())
      return OutgoingFault{fmt::format("action.sections[{}].title", index),
                           "needed where there is more than one section", ""};
  }
  if (total <= most) return {};
  return OutgoingFault{fmt::format("action.sections[].{}", elements), fmt::format("at most {} in all sections", most),
                       std::to_string(total)};
}

Fault more_of_list(const json::object& interactive) {
  if (auto fault = sections_fault(interactive, "rows", kMaxRows)) return fault;
  Unique ids("id");
  std::size_t section = 0;
  for (const auto& each : *find_array(action_of(interactive), "sections")) {
    std::size_t row = 0;
    for (const auto& value : *find_array(each.get_object(), "rows")) {
      if (auto fault = ids.add(value.get_object(), fmt::format("action.sections[{}].rows[{}]", section, row++)))
        return fault;
    }
    ++section;
  }
  return {};
}

Fault more_of_products(const json::object& interactive) {
  return sections_fault(interactive, "product_items", kMaxProducts);
}

/// Pictographs and what joins them; letters, digits and signs of the scripts are none.
bool is_emoji(char32_t c) {
  return (c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0x2600 && c <= 0x27BF) || (c >= 0x2B00 && c <= 0x2BFF) ||
         c == 0xFE0F || c == 0x20E3;
}

Fault more_of_flow(const json::object& interactive) {
  constexpr std::string_view kParameters = "action.parameters";
  const auto& parameters = *find_object(action_of(interactive), "parameters");
  const bool has_id = find(parameters, "flow_id");
  if (has_id == (find(parameters, "flow_name") != nullptr))
    return OutgoingFault{std::string(kParameters), "either flow_id or flow_name", has_id ? "both" : "none of both"};
  const auto label = text_at(parameters, "flow_cta");
  for (std::size_t at = 0; at < label.size(); at += utf8_length(label[at]))
    if (is_emoji(utf8_decode(label, at)))
      return OutgoingFault{fmt::format("{}.flow_cta", kParameters), "no emoji", quoted(label)};
  return {};
}

/// The buttons of a card in words; all cards must have the same.
std::string buttons_of(const json::object& card) {
  const auto& action = action_of(card);
  const auto* replies = find_array(action, "buttons");
  const bool has_url = find(action, "parameters");
  if (has_url == (replies != nullptr)) return {};
  return has_url ? "a URL button" : fmt::format("{} quick replies", replies->size());
}

Fault fault_in_card(const json::object& card) {
  const auto& header = *find_object(card, "header");
  const auto type = text_at(header, "type");
  if (!find(header, type)) return OutgoingFault{"header." + type, "needed", ""};
  const auto* body = find_object(card, "body");
  const auto words = body ? text_at(*body, "text") : std::string();
  const auto breaks = std::ranges::count(words, '\n');
  if (breaks > kMaxCardLineBreaks)
    return OutgoingFault{"body.text", fmt::format("at most {} line breaks", kMaxCardLineBreaks),
                         std::to_string(breaks)};
  if (buttons_of(card).empty()) return OutgoingFault{"action", "either buttons or parameters of a URL button", ""};
  return {};
}

Fault more_of_carousel(const json::object& interactive) {
  const auto& cards = *find_array(action_of(interactive), "cards");
  Unique indexes("card_index");
  for (std::size_t index = 0; index < cards.size(); ++index) {
    const auto& card = cards[index].get_object();
    const auto where = fmt::format("action.cards[{}]", index);
    if (auto fault = below(where, fault_in_card(card))) return fault;
    if (auto fault = indexes.add(card, where)) return fault;
    const auto first = buttons_of(cards[0].get_object());
    if (buttons_of(card) != first)
      return OutgoingFault{where + ".action", fmt::format("{}, as the first card has", first), buttons_of(card)};
  }
  return {};
}

struct Kind {
  std::string_view name;
  std::span<const Rule> rules;
  std::string_view headers;  ///< Their types; empty: it has none.
  std::int64_t max_body = kMaxBody;
  bool needs_body = true;
  /// What no table says; called where the rules are kept.
  Fault (*more)(const json::object& interactive) = nullptr;
};

constexpr Kind kKinds[] = {
    {"button", kButtons, kAnyHeader, kMaxBody, true, more_of_buttons},
    {"list", kList, kTextHeader, kMaxListBody, true, more_of_list},
    {"cta_url", kCtaUrl, kAnyHeader},
    {"flow", kFlow, kAnyHeader, kMaxBody, true, more_of_flow},
    {"location_request_message", kLocationRequest, kNoHeader},
    {"request_contact_info", kContactRequest, kNoHeader},
    {"call_permission_request", kCallRequest, kNoHeader, kMaxBody, false},
    {"voice_call", kVoiceCall, kNoHeader},
    {"catalog_message", kCatalog, kNoHeader},
    {"product", kProduct, kNoHeader, kMaxBody, false},
    {"product_list", kProductList, kTextHeader, kMaxBody, true, more_of_products},
    {"carousel", kCarousel, kNoHeader, kMaxBody, true, more_of_carousel},
    {"address_message", kAddress, kAnyHeader},
};

Fault fault_in_header(const Kind& kind, const json::object& interactive) {
  if (kind.headers.empty()) {
    static constexpr Rule kNone[] = {absent("header")};
    return fault_in(interactive, kNone);
  }
  const Rule rules[] = {
      optional(object("header")),     choice("header.type", kind.headers), text("header.text", kMaxHeader),
      optional(file("header.image")), optional(file("header.video")),      optional(file("header.document")),
      absent("header.image.caption"), absent("header.video.caption"),      absent("header.document.caption"),
  };
  const auto* header = find_object(interactive, "header");
  const auto type = header ? text_at(*header, "type") : std::string();
  for (auto rule : rules) {
    // Only the text of a text is needed; beside a picture there may be one that nobody sees.
    if (rule.where == "header.text") rule.is_needed = type == "text";
    if (auto fault = fault_in(interactive, {&rule, 1})) return fault;
  }
  if (header && !find(*header, type)) return OutgoingFault{"header." + type, "needed", ""};
  return {};
}

Fault fault_in_body(const Kind& kind, const json::object& interactive) {
  const auto body = text("body.text", kind.max_body);
  const Rule rules[] = {kind.needs_body ? object("body") : optional(object("body")),
                        kind.needs_body ? body : optional(body), optional(object("footer")),
                        optional(text("footer.text", kMaxFooter)), object("action")};
  return fault_in(interactive, rules);
}

}  // namespace

Fault fault_in_interactive(const json::object& message) {
  static constexpr Rule kOuter[] = {object("interactive"), text("interactive.type", kUnbounded)};
  if (auto fault = fault_in(message, kOuter)) return fault;
  const auto& interactive = *find_object(message, "interactive");
  const auto type = text_at(interactive, "type");
  std::string known;
  for (const auto& kind : kKinds) {
    if (kind.name != type) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", kind.name);
      continue;
    }
    auto fault = fault_in_header(kind, interactive);
    if (!fault) fault = fault_in_body(kind, interactive);
    if (!fault) fault = fault_in(interactive, kind.rules);
    if (!fault && kind.more) fault = kind.more(interactive);
    return below("interactive", std::move(fault));
  }
  return OutgoingFault{"interactive.type", "one of " + known, quoted(type)};
}

}  // namespace claw::whatsapp
