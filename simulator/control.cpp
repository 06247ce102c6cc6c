#include "simulator/control.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/control_json.hpp"
#include "simulator/example_webhooks.hpp"
#include "simulator/graph_media.hpp"
#include "simulator/person_message.hpp"
#include "simulator/problem.hpp"
#include "simulator/verification.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxListed = 10'000;
constexpr std::size_t kListed = 200;  ///< Where no limit is asked for.

std::uint64_t query_number(const net::HttpRequest& request, std::string_view name, std::uint64_t otherwise) {
  const auto text = request.query_value(name);
  std::uint64_t value = otherwise;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

std::size_t query_limit(const net::HttpRequest& request) {
  return std::min<std::size_t>(query_number(request, "limit", kListed), kMaxListed);
}

Result<std::string> wa_id_of(const net::HttpRequest& request) {
  const std::string digits = phone_digits(request.param("wa_id"));
  if (digits.empty()) return fail(ErrorKind::kInvalid, "a phone is 5 to 15 digits");
  return digits;
}

json::object person_json(const Person& person, TimePoint now) {
  json::object object{{"wa_id", person.wa_id}, {"name", person.name}, {"typing", person.sees_typing(now)}};
  if (!person.username.empty()) object["username"] = person.username;
  if (person.has_parent) object["parent"] = true;
  object["last"] = person.messages.empty() ? json::value(nullptr) : json::value(message_json(person.messages.back()));
  return object;
}

}  // namespace

Control::Control(Guarded<Meta>& meta, MovableClock& clock, net::HttpClient& client)
    : meta_(meta), clock_(clock), client_(client) {}

void Control::add(net::Router& router, const char* method, const char* pattern, Sync handler) {
  add_route(router, method, pattern,
            [this, handler](const net::HttpRequest& request) { return (this->*handler)(request); });
}

void Control::add_routes(net::Router& router) {
  add(router, "GET", "/_sim/phones", &Control::list_phones);
  add(router, "PUT", "/_sim/phones/{wa_id}", &Control::put_phone);
  add(router, "GET", "/_sim/phones/{wa_id}/messages", &Control::thread);
  add(router, "POST", "/_sim/phones/{wa_id}/messages", &Control::say);
  add(router, "GET", "/_sim/groups/{id}", &Control::group);
  add(router, "GET", "/_sim/media/{id}", &Control::media);
  add(router, "GET", "/_sim/webhooks", &Control::list_webhooks);
  add(router, "POST", "/_sim/webhooks", &Control::send_webhook);
  add(router, "GET", "/_sim/numbers", &Control::list_numbers);
  add(router, "POST", "/_sim/numbers", &Control::post_number);
  add(router, "GET", "/_sim/numbers/{id}", &Control::get_number);
  add(router, "PUT", "/_sim/numbers/{id}", &Control::put_number);
  add(router, "GET", "/_sim/clock", &Control::get_clock);
  add(router, "POST", "/_sim/clock", &Control::move_clock);
  add(router, "GET", "/_sim/log", &Control::log);
  add(router, "GET", "/_sim/stats", &Control::stats);
  add(router, "GET", "/_sim/answer-times", &Control::answer_times);
  add(router, "DELETE", "/_sim/answer-times", &Control::forget_answer_times);
  add(router, "GET", "/_sim/events", &Control::events);
  router.add("POST", "/_sim/numbers/{id}/verify",
             [this](net::HttpRequest& request) -> Task<net::HttpResponse> { return verify(request); });
}

net::HttpResponse Control::list_phones(const net::HttpRequest& request) {
  const std::size_t limit = query_limit(request);
  return meta_.with([&](Meta& meta) {
    std::vector<const Person*> people;
    people.reserve(meta.phones.all().size());
    for (const auto& [id, person] : meta.phones.all()) people.push_back(person.get());
    const auto shown = std::min(limit, people.size());
    std::ranges::partial_sort(people, people.begin() + static_cast<std::ptrdiff_t>(shown), [](auto* a, auto* b) {
      return std::tie(b->changed, a->wa_id) < std::tie(a->changed, b->wa_id);
    });
    json::array phones;
    for (std::size_t i = 0; i < shown; ++i) phones.push_back(person_json(*people[i], meta.now()));
    return json_answer(200, json::object{{"phones", std::move(phones)}, {"total", people.size()}});
  });
}

net::HttpResponse Control::put_phone(const net::HttpRequest& request) {
  const auto wa_id = wa_id_of(request);
  if (!wa_id) return problem(wa_id.error());
  const auto body = body_object(request);
  if (!body) return problem(body.error());
  const auto name = member(*body, "name");
  const auto username = member(*body, "username");
  const json::value* parent = body->if_contains("parent");
  if (!name) return problem(name.error());
  if (!username) return problem(username.error());
  if (parent && !parent->is_bool()) return problem(400, "That cannot be", "\"parent\" must be true or false");
  return meta_.with([&](Meta& meta) {
    const bool seen = meta.phones.find(*wa_id) != nullptr;
    Person* person = meta.phones.put(*wa_id, name->substr(0, 100));
    if (!person) return problem(Error{ErrorKind::kTransient, "too many people"});
    if (body->contains("username")) person->username = username->substr(0, 100);
    if (parent) person->has_parent = parent->get_bool();
    if (!seen) person->changed = meta.now();
    meta.events.publish({}, "phones", {{"wa_id", person->wa_id}});
    return json_answer(seen ? 200 : 201, person_json(*person, meta.now()));
  });
}

net::HttpResponse Control::thread(const net::HttpRequest& request) {
  const auto wa_id = wa_id_of(request);
  if (!wa_id) return problem(wa_id.error());
  const std::string number(request.query_value("number").value_or(""));
  const std::size_t limit = query_limit(request);
  return meta_.with([&](Meta& meta) {
    json::object answer{{"phone", *wa_id}, {"name", nullptr}, {"typing", false}, {"read_up_to", nullptr}};
    json::array messages;
    if (const Person* person = meta.phones.find(*wa_id)) {
      answer["name"] = person->name;
      answer["typing"] = number.empty() ? person->sees_typing(meta.now()) : person->sees_typing(number, meta.now());
      for (auto it = person->messages.rbegin(); it != person->messages.rend() && messages.size() < limit; ++it) {
        if (!number.empty() && it->number != number) continue;
        if (it->from == Side::kPerson && it->tick == Tick::kRead && answer["read_up_to"].is_null())
          answer["read_up_to"] = it->id;
        messages.push_back(message_json(*it));
      }
      std::ranges::reverse(messages);
    }
    answer["messages"] = std::move(messages);
    return json_answer(200, answer);
  });
}

net::HttpResponse Control::say(const net::HttpRequest& request) {
  const auto wa_id = wa_id_of(request);
  if (!wa_id) return problem(wa_id.error());
  const auto body = body_object(request);
  if (!body) return problem(body.error());
  auto words = read_person_message(*body);
  if (!words) return problem(words.error());
  return meta_.with([&](Meta& meta) {
    const auto id = meta.say(*wa_id, std::move(*words));
    return id ? json_answer(202, json::object{{"id", *id}}) : problem(id.error());
  });
}

net::HttpResponse Control::group(const net::HttpRequest& request) {
  return meta_.with([&](Meta& meta) {
    const Group* group = meta.groups.find(request.param("id"));
    return group ? json_answer(200, group_json(*group)) : problem(404, "Not there", "nobody has written in that group");
  });
}

net::HttpResponse Control::media(const net::HttpRequest& request) {
  return meta_.with([&](Meta& meta) {
    const Media* media = meta.media.find(request.param("id"), meta.now());
    return media ? file_response(*media) : problem(404, "Not there", "there is no such file, or no more");
  });
}

net::HttpResponse Control::list_webhooks(const net::HttpRequest&) {
  return json_answer(200, json::object{{"webhooks", example_webhooks_json()}});
}

net::HttpResponse Control::send_webhook(const net::HttpRequest& request) {
  const auto body = body_object(request);
  if (!body) return problem(body.error());
  return meta_.with([&](Meta& meta) {
    const auto value = tell_webhook(meta, *body);
    return value ? json_answer(202, json::object{{"value", *value}}) : problem(value.error());
  });
}

net::HttpResponse Control::list_numbers(const net::HttpRequest&) {
  return meta_.with([](Meta& meta) {
    json::array numbers;
    for (const auto& [id, number] : meta.numbers.all()) numbers.push_back(number_json(number));
    return json_answer(200, json::object{{"numbers", std::move(numbers)}});
  });
}

net::HttpResponse Control::get_number(const net::HttpRequest& request) {
  return meta_.with([&](Meta& meta) {
    const Number* number = meta.numbers.find(request.param("id"));
    return number ? json_answer(200, number_json(*number)) : problem(404, "Not there", "there is no such number");
  });
}

net::HttpResponse Control::post_number(const net::HttpRequest& request) {
  const auto body = body_object(request);
  if (!body) return problem(body.error());
  return meta_.with([&](Meta& meta) {
    auto number = read_number(*body, Number{.limits = meta.numbers.limits_of_new});
    if (!number) return problem(number.error());
    if (meta.numbers.find(number->id)) return problem(409, "There already", "change it with PUT /_sim/numbers/{id}");
    const auto answer = number_json(*number);
    if (const auto put = meta.numbers.put(std::move(*number)); !put) return problem(put.error());
    meta.events.publish({}, "numbers", {{"id", answer.at("id")}});
    return json_answer(201, answer);
  });
}

net::HttpResponse Control::put_number(const net::HttpRequest& request) {
  const auto body = body_object(request);
  if (!body) return problem(body.error());
  return meta_.with([&](Meta& meta) {
    const std::string id(request.param("id"));
    const Number* old = meta.numbers.find(id);
    Number base{.id = id, .limits = meta.numbers.limits_of_new};
    auto number = read_number(*body, old ? *old : std::move(base));
    if (!number) return problem(number.error());
    if (number->id != id) return problem(400, "That cannot be", "\"id\" differs from the address");
    const bool seen = old != nullptr;
    const auto answer = number_json(*number);
    if (const auto put = meta.numbers.put(std::move(*number)); !put) return problem(put.error());
    meta.events.publish({}, "numbers", {{"id", id}});
    return json_answer(seen ? 200 : 201, answer);
  });
}

net::HttpResponse Control::get_clock(const net::HttpRequest&) {
  return json_answer(200, json::object{{"now", to_ms(clock_.now())}, {"offset_ms", clock_.offset().count()}});
}

net::HttpResponse Control::move_clock(const net::HttpRequest& request) {
  constexpr std::int64_t kFarthest = 366LL * 24 * 3600 * 1000;  // a year at once
  const auto body = body_object(request);
  if (!body) return problem(body.error());
  const json::value* by = body->if_contains("advance_ms");
  if (!by || !by->is_int64() || by->get_int64() < 0 || by->get_int64() > kFarthest)
    return problem(400, "That cannot be", "\"advance_ms\" must be a number of milliseconds, a year at most");
  clock_.advance(std::chrono::milliseconds(by->get_int64()));
  meta_.with([](Meta& meta) { meta.timers.run_due(); });
  return get_clock(request);
}

net::HttpResponse Control::log(const net::HttpRequest& request) {
  return meta_.with([&](Meta& meta) {
    return json_answer(200, meta.journal.read(query_number(request, "after", 0), query_limit(request),
                                              request.query_value("message").value_or("")));
  });
}

net::HttpResponse Control::stats(const net::HttpRequest&) {
  return meta_.with([](Meta& meta) {
    const Counts& c = meta.counts;
    return json_answer(200, json::object{{"graph_requests", c.graph_requests},
                                         {"graph_errors", c.graph_errors},
                                         {"person_messages", c.person_messages},
                                         {"business_messages", c.business_messages},
                                         {"reads", c.reads},
                                         {"typings", c.typings},
                                         {"webhooks", c.webhooks},
                                         {"webhooks_open", meta.webhooks_open()},
                                         {"webhooks_answered", c.webhooks_answered},
                                         {"webhooks_given_up", c.webhooks_given_up},
                                         {"webhook_attempts", c.webhook_attempts},
                                         {"webhook_failures", c.webhook_failures},
                                         {"media_files", meta.media.files()},
                                         {"media_bytes", meta.media.bytes()},
                                         {"phones", meta.phones.all().size()},
                                         {"messages_kept", meta.phones.messages()},
                                         {"numbers", meta.numbers.all().size()},
                                         {"listeners", meta.events.listeners()}});
  });
}

net::HttpResponse Control::answer_times(const net::HttpRequest& request) {
  return meta_.with([&](Meta& meta) {
    const auto figures = meta.answer_times.figures(request.query_value("number").value_or(""),
                                                   request.query_value("without").value_or(""));
    return json_answer(200, json::object{{"answers", figures.answers},
                                         {"waiting", figures.waiting},
                                         {"p50_ms", figures.p50.count()},
                                         {"p99_ms", figures.p99.count()},
                                         {"max_ms", figures.max.count()}});
  });
}

net::HttpResponse Control::forget_answer_times(const net::HttpRequest&) {
  meta_.with([](Meta& meta) { meta.answer_times.clear(); });
  net::HttpResponse done;
  done.status = 204;
  return done;
}

net::HttpResponse Control::events(const net::HttpRequest& request) {
  auto listener =
      meta_.with([&](Meta& m) { return m.events.open(std::string(request.query_value("phone").value_or(""))); });
  if (!listener) return problem(503, "Too many listeners", "close another page of this simulator");
  listener->greet();
  return net::event_stream(std::move(listener));
}

Task<net::HttpResponse> Control::verify(net::HttpRequest& request) {
  if (from_elsewhere(request)) co_return problem(403, "Not from there", "another site's page may not use this API");
  const std::string id(request.param("id"));
  const auto number = meta_.with([&](Meta& meta) {
    const Number* found = meta.numbers.find(id);
    return found ? std::optional(*found) : std::nullopt;
  });
  if (!number) co_return problem(404, "Not there", "there is no such number");
  if (number->callback.empty()) co_return problem(400, "That cannot be", "the number has no callback");
  std::string challenge = meta_.with([](Meta& meta) { return meta.ids.challenge(); });
  auto result = co_await verify_callback(client_, number->callback, number->verify_token, std::move(challenge));
  result.exchange.number = id;
  result.exchange.at = clock_.now();
  meta_.with([&](Meta& meta) { meta.note(std::move(result.exchange)); });
  co_return json_answer(
      200, json::object{{"verified", result.verified}, {"status", result.status}, {"reason", result.reason}});
}

}  // namespace claw::sim
