#include "api/templates_api.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/body.hpp"
#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

/// A template of a carousel has some dozens of variables.
constexpr std::size_t kMaxValues = 200;

/// Of an example: as large as a film may be that is sent. It goes to Meta in one piece.
constexpr std::size_t kMaxSampleBytes = 16 * 1024 * 1024;

/// Calls `each` with every handle of an example in `in`.
template <class Each>
void for_handles(json::value& in, Each each) {
  if (auto* array = in.if_array())
    for (auto& element : *array) for_handles(element, each);
  auto* object = in.if_object();
  if (!object) return;
  for (auto& [name, value] : *object) {
    if (name != "header_handle" || !value.is_array()) {
      for_handles(value, each);
      continue;
    }
    for (auto& handle : value.get_array())
      if (handle.is_string()) each(handle.get_string());
  }
}

json::value parsed_or_null(const std::string& text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  return fault ? json::value() : value;
}

json::object template_json(const TemplateRow& row) {
  const auto& what = row.what;
  const auto refused = whatsapp::refusal_of(what);
  return {{"id", what.id},
          {"waba_id", row.waba_id},
          {"name", what.name},
          {"language", what.language},
          {"category", text_or_null(what.category)},
          {"status", text_or_null(what.status)},
          {"quality", text_or_null(what.quality)},
          {"reason", text_or_null(what.reason)},
          {"why_not", refused ? json::value(refused->words) : json::value()},
          {"parameter_format", what.named ? "NAMED" : "POSITIONAL"},
          {"components", parsed_or_null(what.components)},
          {"seen_at", time_json(row.seen_at)}};
}

json::array variables_json(const std::vector<whatsapp::TemplateVariable>& variables) {
  json::array shown;
  for (const auto& each : variables)
    shown.push_back({{"key", each.key},
                     {"label", each.label},
                     {"kind", whatsapp::to_string(each.kind)},
                     {"needed", each.is_needed},
                     {"example", text_or_null(each.example)}});
  return shown;
}

json::object detail_json(const TemplateRow& row) {
  auto shown = template_json(row);
  shown["variables"] = variables_json(whatsapp::preview_template(row.what, {}).variables);
  return shown;
}

json::object preview_json(const whatsapp::TemplatePreview& preview) {
  json::array problems;
  for (const auto& each : preview.problems)
    problems.push_back({{"variable", text_or_null(each.variable)}, {"words", each.words}});
  return {{"shown", parsed_or_null(preview.shown)},
          {"problems", std::move(problems)},
          {"message", parsed_or_null(preview.message)}};
}

json::array accounts_json(const std::vector<TemplateSync>& syncs) {
  json::array shown;
  for (const auto& each : syncs)
    shown.push_back({{"waba_id", each.waba_id},
                     {"read_at", time_json(each.at)},
                     {"tried_at", time_json(each.tried_at)},
                     {"fault", text_or_null(each.fault)}});
  return shown;
}

/// "order_update.en_US.700000000000001": none of the three has a dot.
std::string cursor_of(const TemplateRow& row) {
  return fmt::format("{}.{}.{}", row.what.name, row.what.language, row.what.id);
}
std::optional<TemplateCursor> read_cursor(const std::string& text) {
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first == std::string::npos || first == last) return std::nullopt;
  return TemplateCursor{text.substr(0, first), text.substr(first + 1, last - first - 1), text.substr(last + 1)};
}

Result<TemplateFilter> filter_of(const HttpRequest& request) {
  const auto limit = limit_of(request);
  if (!limit) return std::unexpected(limit.error());
  TemplateFilter filter;
  filter.limit = *limit;
  filter.search = words_of(request, "search");
  filter.status = words_of(request, "status");
  filter.category = words_of(request, "category");
  filter.language = words_of(request, "language");
  filter.waba_id = words_of(request, "waba_id");
  if (const auto after = words_of(request, "after"); !after.empty()) {
    filter.after = read_cursor(after);
    if (!filter.after) return fail(ErrorKind::kInvalid, "after must be the next of an earlier answer");
  }
  return filter;
}

/// What a person reads of a change that Meta did not take, or gave no answer to.
HttpResponse refused(const Error& error) {
  if (error.kind != ErrorKind::kAmbiguous) return problem_of(error);
  return problem(503, "Meta gave no answer",
                 error.message + " Read the list again before you try once more: it may have been done.");
}

Result<std::map<std::string, std::string>> values_in(const json::object& body) {
  const auto* given = body.if_contains("values");
  if (!given || !given->is_object()) return fail(ErrorKind::kInvalid, "values must be an object of texts");
  if (given->get_object().size() > kMaxValues)
    return fail(ErrorKind::kInvalid, fmt::format("values has {} members at most", kMaxValues));
  std::map<std::string, std::string> values;
  for (const auto& [key, value] : given->get_object()) {
    if (!value.is_string()) return fail(ErrorKind::kInvalid, fmt::format("values.{} must be a text", std::string(key)));
    values.emplace(key, value.get_string());
  }
  return values;
}

}  // namespace

void TemplatesApi::add_routes(net::Router& router) {
  using Route = Answer (TemplatesApi::*)(HttpRequest&, const Caller&);
  const auto add = [&](std::string method, std::string_view path, Permission permission, Route route) {
    guard_.add(router, std::move(method), path, permission,
               [this, route](HttpRequest& request, const Caller& caller) { return (this->*route)(request, caller); });
  };
  add("GET", "/api/v1/templates", Permission::kInboxRead, &TemplatesApi::list);
  add("POST", "/api/v1/templates", Permission::kSettingsWrite, &TemplatesApi::create);
  add("POST", "/api/v1/templates/sync", Permission::kInboxRead, &TemplatesApi::sync);
  add("GET", "/api/v1/templates/{id}", Permission::kInboxRead, &TemplatesApi::show);
  add("DELETE", "/api/v1/templates/{id}", Permission::kSettingsWrite, &TemplatesApi::remove);
  add("POST", "/api/v1/templates/{id}/preview", Permission::kInboxRead, &TemplatesApi::preview);
}

TemplatesApi::Answer TemplatesApi::list(HttpRequest& request, const Caller& caller) {
  auto filter = filter_of(request);
  if (!filter) co_return problem_of(filter.error());
  const auto limit = filter->limit;
  ++filter->limit;  // one more says whether there is a next page
  auto rows = co_await store_.list(caller.tenant->id, std::move(*filter));
  if (!rows) co_return problem_of(rows.error());
  const auto accounts = co_await library_.syncs(caller.tenant);
  if (!accounts) co_return problem_of(accounts.error());
  const bool more = rows->size() > limit;
  if (more) rows->resize(limit);
  json::array shown;
  for (const auto& row : *rows) shown.push_back(template_json(row));
  co_return net::json_response(
      200, json::serialize(json::object{{"templates", std::move(shown)},
                                        {"next", more ? json::value(cursor_of(rows->back())) : json::value()},
                                        {"accounts", accounts_json(*accounts)}}));
}

TemplatesApi::Answer TemplatesApi::show(HttpRequest& request, const Caller& caller) {
  const auto row = co_await store_.find(caller.tenant->id, std::string(request.param("id")));
  co_return row ? tagged(request, detail_json(*row)) : problem_of(row.error());
}

TemplatesApi::Answer TemplatesApi::sync(HttpRequest&, const Caller& caller) {
  const auto done = co_await library_.sync(caller.tenant);
  if (!done) co_return problem_of(done.error());
  co_return net::json_response(200, json::serialize(json::object{{"accounts", accounts_json(*done)}}));
}

TemplatesApi::Answer TemplatesApi::preview(HttpRequest& request, const Caller& caller) {
  std::string id(request.param("id"));
  const auto body = body_of(request, {"values"});
  if (!body) co_return problem_of(body.error());
  const auto values = values_in(*body);
  if (!values) co_return problem_of(values.error());
  const auto row = co_await store_.find(caller.tenant->id, std::move(id));
  if (!row) co_return problem_of(row.error());
  co_return net::json_response(200, json::serialize(preview_json(whatsapp::preview_template(row->what, *values))));
}

Task<Result<void>> TemplatesApi::bring_samples(const Caller& caller, std::string waba_id, json::value& components) {
  std::map<std::string, std::string> handles;  // ours, and Meta's
  for_handles(components, [&](const json::string& handle) {
    if (is_file_id(handle)) handles.try_emplace(std::string(handle));
  });
  for (auto& [id, handle] : handles) {
    const auto file = co_await files_.find(caller.tenant->id, id);
    if (!file) co_return fail(ErrorKind::kInvalid, fmt::format("the file {}: {}", id, file.error().message));
    auto bytes = co_await files_.read(caller.tenant->id, id, kMaxSampleBytes);
    if (!bytes) co_return fail(bytes.error().kind, fmt::format("the file {}: {}", id, bytes.error().message));
    auto given = co_await library_.sample(
        caller.tenant, waba_id, {file->mime_type, file->filename.empty() ? id : file->filename, std::move(*bytes)});
    if (!given) co_return std::unexpected(given.error());
    handle = std::move(*given);
  }
  for_handles(components, [&](json::string& handle) {
    if (const auto found = handles.find(std::string(handle)); found != handles.end()) handle = found->second;
  });
  co_return Result<void>();
}

Task<Result<void>> TemplatesApi::note(const Caller& caller, const char* action, const TemplateRow& row,
                                      std::string_view did) {
  return audit_.add(audit_row(caller.actor, caller.tenant->id, clock_.now(), action, row.what.name,
                              fmt::format("{} the template {} ({}) in the WhatsApp account {}", did, row.what.name,
                                          row.what.language, row.waba_id)));
}

TemplatesApi::Answer TemplatesApi::create(HttpRequest& request, const Caller& caller) {
  auto body = body_of(request, {"waba_id", "name", "language", "category", "parameter_format", "components",
                                "message_send_ttl_seconds"});
  if (!body) co_return problem_of(body.error());
  auto waba = text_in(*body, "waba_id");
  if (!waba) co_return problem_of(waba.error());
  body->erase("waba_id");
  // First whether it can be at all: no file is given to Meta for nothing.
  if (const auto fault = whatsapp::fault_in_new_template(json::serialize(*body)))
    co_return problem_of(Error{ErrorKind::kInvalid, fault->words()});
  if (const auto brought = co_await bring_samples(caller, waba->value_or(""), body->at("components")); !brought)
    co_return refused(brought.error());
  const auto made = co_await library_.create(caller.tenant, waba->value_or(""), json::serialize(*body));
  if (!made) co_return refused(made.error());
  if (const auto kept = co_await note(caller, "template.create", *made, "made"); !kept)
    co_return problem_of(kept.error());
  auto response = net::json_response(201, json::serialize(detail_json(*made)));
  response.headers.push_back({"Location", "/api/v1/templates/" + made->what.id});
  co_return response;
}

TemplatesApi::Answer TemplatesApi::remove(HttpRequest& request, const Caller& caller) {
  const auto gone = co_await library_.remove(caller.tenant, std::string(request.param("id")));
  if (!gone) co_return refused(gone.error());
  if (const auto kept = co_await note(caller, "template.delete", *gone, "deleted"); !kept)
    co_return problem_of(kept.error());
  co_return no_content();
}

}  // namespace claw
