#include "simulator/template_calls.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/control_json.hpp"
#include "simulator/problem.hpp"
#include "simulator/sample_uploads.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

using Answer = std::expected<json::object, GraphError>;
using Refusal = std::unexpected<GraphError>;

constexpr std::size_t kPage = 25;  ///< What Graph gives where no limit is asked for.
constexpr std::size_t kMaxPage = 1'000;

std::expected<json::object, GraphError> request_of(const GraphCall& call) {
  boost::system::error_code error;
  json::value value = json::parse(call.body, error);
  if (error || !value.is_object()) return Refusal(errors::invalid("The request body is not a JSON object."));
  return std::move(value.get_object());
}

void review_later(Meta& meta, const std::string& id) {
  meta.timers.after(meta.habits.template_review, [&meta, id] {
    Template* made = meta.templates.find(id);
    if (made && made->status == TemplateStatus::kPending)
      set_template_status(meta, *made, TemplateStatus::kApproved, {});
  });
}

Answer create(Meta& meta, const GraphCall& call, std::string_view waba) {
  const auto request = request_of(call);
  if (!request) return Refusal(request.error());
  if (auto refused = sample_refusal(meta, request->if_contains("components"))) return Refusal(*std::move(refused));
  const auto made = meta.templates.create(waba, *request, meta.ids.digits());
  if (!made) return Refusal(made.error());
  review_later(meta, (*made)->id);
  return json::object{{"id", (*made)->id}, {"status", to_string((*made)->status)}, {"category", (*made)->category}};
}

Answer edit(Meta& meta, const GraphCall& call) {
  const auto request = request_of(call);
  if (!request) return Refusal(request.error());
  if (auto refused = sample_refusal(meta, request->if_contains("components"))) return Refusal(*std::move(refused));
  const auto made = meta.templates.edit(*meta.templates.find(call.object), *request);
  if (!made) return Refusal(made.error());
  review_later(meta, (*made)->id);
  return json::object{{"success", true}, {"id", (*made)->id}, {"category", (*made)->category}};
}

Answer remove(Meta& meta, const GraphCall& call, std::string_view waba) {
  if (call.param("name").empty()) return Refusal(errors::missing("name"));
  if (!meta.templates.remove(waba, call.param("name"), call.param("hsm_id"))) {
    auto error = errors::invalid("There is no template with this name.");
    error.subcode = 2593002;
    return Refusal(std::move(error));
  }
  return json::object{{"success", true}};
}

json::object chosen(json::object all, std::string_view fields) {
  if (fields.empty()) return all;
  json::object some;
  while (!fields.empty()) {
    const auto comma = fields.find(',');
    if (const json::value* value = all.if_contains(fields.substr(0, comma))) some[fields.substr(0, comma)] = *value;
    fields = comma == std::string_view::npos ? std::string_view() : fields.substr(comma + 1);
  }
  some["id"] = all.at("id");
  return some;
}

bool is_asked_for(const GraphCall& call, const Template& made) {
  const auto fits = [&](std::string_view filter, std::string_view value) {
    const auto wanted = call.param(filter);
    return wanted.empty() || wanted == value;
  };
  return fits("name", made.name) && fits("language", made.language) && fits("category", made.category) &&
         fits("status", to_string(made.status)) &&
         (call.param("name_or_content").empty() || made.name.find(call.param("name_or_content")) != std::string::npos);
}

Answer list(Meta& meta, const GraphCall& call, std::string_view waba) {
  std::size_t limit = kPage;
  const auto asked = call.param("limit");
  std::from_chars(asked.data(), asked.data() + asked.size(), limit);
  json::array data;
  bool more = false;
  for (const Template* made : meta.templates.list(waba)) {
    // Ids go up and down by chance, but stand still: a cursor is the last id that was told.
    if (made->id <= call.param("after") || !is_asked_for(call, *made)) continue;
    more = data.size() >= std::clamp<std::size_t>(limit, 1, kMaxPage);
    if (more) break;
    data.push_back(chosen(template_json(*made), call.fields));
  }
  json::object answer;
  json::object paging;
  if (!data.empty()) paging["cursors"] = {{"before", data.front().at("id")}, {"after", data.back().at("id")}};
  if (more)
    paging["next"] = fmt::format("https://graph.facebook.com{}?after={}&limit={}", call.path,
                                 std::string_view(data.back().at("id").as_string()), limit);
  answer["data"] = std::move(data);
  answer["paging"] = std::move(paging);
  return answer;
}

json::object status_update(const Template& made, TimePoint at) {
  json::object value{{"event", to_string(made.status)}};
  // A number here, a string everywhere else.
  std::uint64_t id = 0;
  std::from_chars(made.id.data(), made.id.data() + made.id.size(), id);
  value["message_template_id"] = id;
  value["message_template_name"] = made.name;
  value["message_template_language"] = made.language;
  value["reason"] = made.reason;
  value["message_template_category"] = made.category;
  if (made.status == TemplateStatus::kDisabled)
    value["disable_info"] = {{"disable_date", fmt::format("{}", to_ms(at) / 1000)}};
  if (made.status == TemplateStatus::kPaused)
    value["other_info"] = {{"title", "FIRST_PAUSE"},
                           {"description", "The template was paused because of its quality."}};
  return value;
}

/// The number whose callback hears of its account: the first one that has a callback.
const Number* listener_of(const Meta& meta, std::string_view waba) {
  const Number* listener = nullptr;
  for (const auto& id : meta.numbers.of_waba(waba)) {
    const Number* number = meta.numbers.find(id);
    if (!listener || (listener->callback.empty() && !number->callback.empty())) listener = number;
  }
  return listener;
}

net::HttpResponse decide(Meta& meta, const net::HttpRequest& request) {
  Template* made = meta.templates.find(request.param("id"));
  if (!made) return problem(404, "Not there", "there is no such template");
  const auto body = body_object(request);
  if (!body) return problem(body.error());
  const auto status = member(*body, "status");
  const auto reason = member(*body, "reason");
  TemplateStatus wanted{};
  if (!status || !reason || !read_template_status(*status, wanted))
    return problem(400, "That cannot be", "\"status\" is one of PENDING, APPROVED, REJECTED, PAUSED, DISABLED");
  set_template_status(meta, *made, wanted, *reason);
  return json_answer(200, template_json(*made));
}

}  // namespace

Answer answer_template_call(Meta& meta, const GraphCall& call, std::string_view waba) {
  if (call.edge == "message_templates") {
    if (call.method == "POST") return create(meta, call, waba);
    return call.method == "GET" ? list(meta, call, waba) : remove(meta, call, waba);
  }
  if (call.method == "POST") return edit(meta, call);
  if (call.method == "GET") return chosen(template_json(*meta.templates.find(call.object)), call.fields);
  return Refusal(errors::unknown_path(call.path));
}

void set_template_status(Meta& meta, Template& made, TemplateStatus status, std::string reason) {
  made.status = status;
  made.reason = reason.empty() ? "NONE" : std::move(reason);
  const Number* listener = listener_of(meta, made.waba);
  if (!listener) return;
  // Where too many webhooks wait this one is lost, as any other then.
  (void)meta.tell(*listener, "message_template_status_update", status_update(made, meta.now()), true);
}

void add_template_control(net::Router& router, Guarded<Meta>& meta) {
  add_route(router, "GET", "/_sim/templates", [&meta](const net::HttpRequest&) {
    return meta.with([](Meta& m) {
      json::array templates;
      for (const Template* made : m.templates.list({})) {
        templates.push_back(template_json(*made));
        templates.back().as_object()["waba_id"] = made->waba;
      }
      return json_answer(200, json::object{{"templates", std::move(templates)}});
    });
  });
  add_route(router, "POST", "/_sim/templates/{id}", [&meta](const net::HttpRequest& request) {
    return meta.with([&](Meta& m) { return decide(m, request); });
  });
}

}  // namespace claw::sim
