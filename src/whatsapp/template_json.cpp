#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "whatsapp/graph_answer.hpp"
#include "whatsapp/message_view.hpp"
#include "whatsapp/template.hpp"

namespace claw::whatsapp {
namespace {

/// Meta writes NONE where there is no reason.
std::string reason_in(const json::object& from, std::string_view key) {
  auto reason = text_at(from, key);
  return reason == "NONE" ? std::string() : reason;
}

MessageTemplate read_template(const json::object& from) {
  MessageTemplate found;
  found.id = text_at(from, "id");
  found.name = text_at(from, "name");
  found.language = text_at(from, "language");
  found.category = text_at(from, "category");
  found.status = text_at(from, "status");
  found.reason = reason_in(from, "rejected_reason");
  found.named = text_at(from, "parameter_format") == "NAMED";
  if (const auto* quality = find_object(from, "quality_score")) found.quality = text_at(*quality, "score");
  if (const auto* components = find_array(from, "components")) found.components = write_json(*components);
  return found;
}

bool is_whole(const MessageTemplate& found) {
  return !found.id.empty() && !found.name.empty() && !found.language.empty();
}

/// Runs `read` on the object of an answer that is a success.
template <class T, class Read>
std::expected<T, GraphError> read_answer(int http_status, std::string_view body, Read read) {
  return parse_answer<T>(http_status, body, [&](const json::object& answer) -> std::expected<T, GraphError> {
    std::optional<T> found;
    if (is_success(http_status) && !find(answer, "error")) found = read(answer);
    if (!found) return std::unexpected(error_of(http_status, &answer, "another shape than was asked for"));
    return *std::move(found);
  });
}

struct Field {
  std::string_view name;
  void (*read)(const json::object& value, TemplateNews& news);
};

void read_status(const json::object& value, TemplateNews& news) {
  // Meta's words for what is sent again; its lists know only the state.
  static constexpr std::string_view kApprovedAgain[] = {"REINSTATED", "UNARCHIVED", "UNPAUSED"};
  const auto event = text_at(value, "event");
  news.gone = event == "DELETED";
  news.status = std::ranges::find(kApprovedAgain, event) == std::end(kApprovedAgain) ? event : "APPROVED";
  news.category = text_at(value, "message_template_category");
  news.reason = reason_in(value, "reason");
  if (const auto* rejection = find_object(value, "rejection_info"))
    news.reason = joined({news.reason, text_at(*rejection, "reason"), text_at(*rejection, "recommendation")}, ". ");
  if (const auto* other = find_object(value, "other_info"))
    news.reason = joined({news.reason, text_at(*other, "title"), text_at(*other, "description")}, ". ");
}

constexpr Field kFields[] = {
    {"message_template_status_update", read_status},
    {"message_template_quality_update",
     [](const json::object& value, TemplateNews& news) { news.quality = text_at(value, "new_quality_score"); }},
    {"template_category_update",
     [](const json::object& value, TemplateNews& news) { news.category = text_at(value, "new_category"); }},
    // What is new in it is read from Meta: the webhook has a part of it.
    {"message_template_components_update", [](const json::object&, TemplateNews&) {}},
};

struct Refused {
  std::string_view status;
  std::int64_t code;
  std::string_view words;
};

constexpr std::int64_t kNotThere = 132001;
constexpr Refused kRefused[] = {
    {"PAUSED", 132015,
     "is paused by Meta, because people gave it bad feedback. Meta lets it go on after a while; a template with other "
     "words goes out now."},
    {"DISABLED", 132016,
     "was disabled by Meta for good, because people kept giving it bad feedback. Make a new template with other "
     "words."},
    {"PENDING", kNotThere, "still waits for Meta's review. It can be sent once Meta has approved it."},
    {"IN_APPEAL", kNotThere, "waits for Meta's decision on the appeal. It can be sent once Meta has approved it."},
    {"REJECTED", kNotThere, "was rejected by Meta. Change it, or make a new one."},
    {"PENDING_DELETION", kNotThere, "is being deleted."},
    {"DELETED", kNotThere, "was deleted."},
    {"ARCHIVED", kNotThere, "is archived. Take it out of the archive in WhatsApp Manager."},
    {"LOCKED", kNotThere, "is locked by Meta. WhatsApp Manager says why."},
};

}  // namespace

std::expected<TemplatePage, GraphError> parse_templates_answer(int http_status, std::string_view body) {
  return read_answer<TemplatePage>(http_status, body, [](const json::object& answer) -> std::optional<TemplatePage> {
    const auto* data = find_array(answer, "data");
    if (!data) return std::nullopt;
    TemplatePage page;
    for (const auto& element : *data) {
      const auto* object = element.if_object();
      auto found = object ? read_template(*object) : MessageTemplate();
      if (is_whole(found)) page.templates.push_back(std::move(found));
    }
    const auto* paging = find_object(answer, "paging");
    const auto* cursors = paging ? find_object(*paging, "cursors") : nullptr;
    // The last page has cursors too; only `next` says that there is more.
    if (cursors && !text_at(*paging, "next").empty()) page.after = text_at(*cursors, "after");
    return page;
  });
}

std::expected<MessageTemplate, GraphError> parse_template_answer(int http_status, std::string_view body) {
  return read_answer<MessageTemplate>(http_status, body,
                                      [](const json::object& answer) -> std::optional<MessageTemplate> {
                                        auto found = read_template(answer);
                                        return is_whole(found) ? std::optional(std::move(found)) : std::nullopt;
                                      });
}

std::expected<MessageTemplate, GraphError> parse_created_answer(int http_status, std::string_view body) {
  return read_answer<MessageTemplate>(http_status, body,
                                      [](const json::object& answer) -> std::optional<MessageTemplate> {
                                        auto made = read_template(answer);
                                        return made.id.empty() ? std::nullopt : std::optional(std::move(made));
                                      });
}

namespace {

std::expected<std::string, GraphError> parse_member(int http_status, std::string_view body, std::string_view member) {
  return read_answer<std::string>(http_status, body, [&](const json::object& answer) -> std::optional<std::string> {
    auto text = text_at(answer, member);
    return text.empty() ? std::nullopt : std::optional(std::move(text));
  });
}

}  // namespace

std::expected<std::string, GraphError> parse_upload_session(int http_status, std::string_view body) {
  return parse_member(http_status, body, "id");
}

std::expected<std::string, GraphError> parse_upload_handle(int http_status, std::string_view body) {
  return parse_member(http_status, body, "h");
}

std::optional<TemplateNews> read_template_news(std::string_view field, std::string_view value) {
  const auto* const known = std::ranges::find(kFields, field, &Field::name);
  const auto parsed = parse_json(value);
  if (known == std::end(kFields) || !parsed || !parsed->is_object()) return std::nullopt;
  const auto& object = parsed->get_object();
  TemplateNews news;
  news.id = text_at(object, "message_template_id");
  news.name = text_at(object, "message_template_name");
  news.language = text_at(object, "message_template_language");
  if (news.id.empty()) return std::nullopt;
  known->read(object, news);
  return news;
}

std::optional<TemplateName> template_named_in(const Outgoing& message) {
  if (message.type != "template") return std::nullopt;
  const auto data = parse_json(message.view.data);
  const auto* of = data && data->is_object() ? find_object(data->get_object(), "template") : nullptr;
  if (!of) return std::nullopt;
  return TemplateName{text_at(*of, "name"), text_at(*of, "language")};
}

std::optional<TemplateRefusal> refusal_of(const MessageTemplate& of) {
  const auto* const found = std::ranges::find(kRefused, of.status, &Refused::status);
  if (found == std::end(kRefused)) return std::nullopt;
  auto words = fmt::format("The template \"{}\" ({}) {}", of.name, of.language, found->words);
  if (!of.reason.empty()) words += fmt::format(" Meta's reason: {}.", of.reason);
  return TemplateRefusal{found->code, std::move(words)};
}

}  // namespace claw::whatsapp
