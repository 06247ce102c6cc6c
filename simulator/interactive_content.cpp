#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "simulator/send_content.hpp"

namespace claw::sim {

namespace {

// Meta's limits.
constexpr std::size_t kMaxBody = 1024;
constexpr std::size_t kMaxListBody = 4096;
constexpr std::size_t kMaxHeader = 60, kMaxFooter = 60;
constexpr std::size_t kMaxButtons = 3, kMaxButtonTitle = 20, kMaxButtonId = 256;
constexpr std::size_t kMaxSections = 10, kMaxSectionTitle = 24;
constexpr std::size_t kMaxRows = 10, kMaxRowId = 200, kMaxRowTitle = 24, kMaxRowDescription = 72;
constexpr std::size_t kMaxLabel = 20, kMaxUrl = 2000;
constexpr std::size_t kMaxProducts = 30;
constexpr std::size_t kMaxCards = 10, kMaxCardBody = 160, kMaxCardLineBreaks = 2;
constexpr double kMaxCallMinutes = 43'200;
constexpr std::size_t kMaxOther = 1000;  ///< Tokens and names for which Meta names no limit.

void check_header(const ContentNode& holder, std::initializer_list<std::string_view> kinds, bool needed,
                  std::vector<MediaUse>& media) {
  const auto header = holder.object("header", needed);
  const std::string kind = header ? header.one_of("type", kinds) : std::string();
  if (kind == "text") {
    header.text("text", kMaxHeader);
  } else if (!kind.empty()) {
    // A caption would stand nowhere: the body is the caption.
    check_media(header.object(kind), kind, false, media);
  }
}

void check_body(const ContentNode& holder, std::size_t most, bool needed = true) {
  holder.object("body", needed).text("text", most);
}

void check_footer(const ContentNode& holder) {
  holder.object("footer", false).text("text", kMaxFooter);
}

void check_unique(const ContentNode& at, std::set<std::string>& seen, std::string_view name, std::string value) {
  if (!value.empty() && !seen.insert(std::move(value)).second)
    at.refuse(fmt::format("Param {}['{}'] must be unique.", at.path(), name));
}

void check_buttons(const ContentNode& action) {
  std::set<std::string> ids, titles;
  for (const auto& button : action.objects("buttons", kMaxButtons)) {
    button.one_of("type", {"reply"});
    const auto reply = button.object("reply");
    check_unique(reply, ids, "id", reply.text("id", kMaxButtonId));
    check_unique(reply, titles, "title", reply.text("title", kMaxButtonTitle));
  }
}

void check_list(const ContentNode& action) {
  action.text("button", kMaxLabel);
  const auto sections = action.objects("sections", kMaxSections);
  std::set<std::string> ids;
  std::size_t rows = 0;
  for (const auto& section : sections) {
    section.text("title", kMaxSectionTitle, sections.size() > 1);
    for (const auto& row : section.objects("rows", kMaxRows)) {
      ++rows;
      check_unique(row, ids, "id", row.text("id", kMaxRowId));
      row.text("title", kMaxRowTitle);
      row.text("description", kMaxRowDescription, false);
    }
  }
  if (rows > kMaxRows)
    action.refuse(fmt::format("Param {}['sections'] has more than {} rows.", action.path(), kMaxRows));
}

void check_url_button(const ContentNode& action) {
  action.one_of("name", {"cta_url"});
  const auto parameters = action.object("parameters");
  parameters.text("display_text", kMaxLabel);
  const std::string url = parameters.text("url", kMaxUrl);
  if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
    parameters.refuse(fmt::format("Param {}['url'] is not a valid URL.", parameters.path()));
}

/// Emoji begin, but for a few signs, at U+1F000; in UTF-8 that is F0 9F.
bool has_emoji(std::string_view text) {
  return text.find("\xf0\x9f") != std::string_view::npos;
}

void check_flow(const ContentNode& action) {
  action.one_of("name", {"flow"});
  const auto parameters = action.object("parameters");
  parameters.one_of("flow_message_version", {"3"});
  parameters.text("flow_token", kMaxOther, false);
  const std::string id = parameters.text("flow_id", kMaxOther, false);
  const std::string name = parameters.text("flow_name", kMaxOther, false);
  if (id.empty() == name.empty())
    parameters.refuse(fmt::format("Param {} must have one of flow_id and flow_name.", parameters.path()));
  if (has_emoji(parameters.text("flow_cta", kMaxLabel)))
    parameters.refuse(fmt::format("Param {}['flow_cta'] must not have emoji.", parameters.path()));
  if (parameters.has("mode")) parameters.one_of("mode", {"draft", "published"});
  if (parameters.has("flow_action")) parameters.one_of("flow_action", {"navigate", "data_exchange"});
  (void)parameters.object("flow_action_payload", false);
}

void check_call_button(const ContentNode& action) {
  action.one_of("name", {"voice_call"});
  const auto parameters = action.object("parameters", false);
  parameters.text("display_text", kMaxLabel, false);
  parameters.number("ttl_minutes", 1, kMaxCallMinutes, false);
}

void check_product_list(const ContentNode& action) {
  action.text("catalog_id", kMaxOther);
  const auto sections = action.objects("sections", kMaxSections);
  std::size_t products = 0;
  for (const auto& section : sections) {
    section.text("title", kMaxSectionTitle, sections.size() > 1);
    for (const auto& item : section.objects("product_items", kMaxProducts)) {
      ++products;
      item.text("product_retailer_id", kMaxOther);
    }
  }
  if (products > kMaxProducts)
    action.refuse(fmt::format("Param {}['sections'] has more than {} products.", action.path(), kMaxProducts));
}

void check_card_action(const ContentNode& action) {
  if (!action) return;
  if (!action.has("buttons")) return check_url_button(action);
  std::set<std::string> ids;
  for (const auto& button : action.objects("buttons", kMaxButtons)) {
    button.one_of("type", {"quick_reply"});
    const auto reply = button.object("quick_reply");
    check_unique(reply, ids, "id", reply.text("id", kMaxButtonId));
    reply.text("title", kMaxButtonTitle);
  }
}

void check_carousel(const ContentNode& action, std::vector<MediaUse>& media) {
  for (const auto& card : action.objects("cards", kMaxCards)) {
    card.number("card_index", 0, kMaxCards - 1);
    if (card.has("type")) card.one_of("type", {"cta_url", "button", "product"});
    const auto body = card.object("body", false);
    const std::string text = body.text("text", kMaxCardBody);
    if (std::ranges::count(text, '\n') > static_cast<std::ptrdiff_t>(kMaxCardLineBreaks))
      body.refuse(fmt::format("Param {}['text'] has more than {} line breaks.", body.path(), kMaxCardLineBreaks));
    const auto card_action = card.object("action");
    if (card_action.has("product_retailer_id")) {
      card_action.text("catalog_id", kMaxOther);
    } else {
      check_header(card, {"image", "video"}, true, media);
      check_card_action(card_action);
    }
  }
}

}  // namespace

void check_interactive(const ContentNode& interactive, std::vector<MediaUse>& media) {
  interactive.only({"type", "header", "body", "footer", "action"});
  const std::string type =
      interactive.one_of("type", {"button", "list", "cta_url", "flow", "location_request_message",
                                  "request_contact_info", "call_permission_request", "voice_call", "catalog_message",
                                  "product", "product_list", "carousel", "address_message"});
  const auto action = interactive.object("action");
  const bool may_be_bare = type == "product" || type == "call_permission_request";
  check_body(interactive, type == "list" ? kMaxListBody : kMaxBody, !may_be_bare);
  check_footer(interactive);
  if (type == "list" || type == "product_list")
    check_header(interactive, {"text"}, type == "product_list", media);
  else
    check_header(interactive, {"text", "image", "video", "document"}, false, media);

  if (type == "button") {
    check_buttons(action);
  } else if (type == "list") {
    check_list(action);
  } else if (type == "cta_url") {
    check_url_button(action);
  } else if (type == "flow") {
    check_flow(action);
  } else if (type == "location_request_message") {
    action.one_of("name", {"send_location"});
  } else if (type == "voice_call") {
    check_call_button(action);
  } else if (type == "product") {
    action.text("catalog_id", kMaxOther);
    action.text("product_retailer_id", kMaxOther);
  } else if (type == "product_list") {
    check_product_list(action);
  } else if (type == "carousel") {
    check_carousel(action, media);
  } else if (!type.empty()) {
    // The others name themselves.
    action.one_of("name", {type});
  }
}

}  // namespace claw::sim
