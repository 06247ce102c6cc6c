#include "simulator/service.hpp"

#include <cstring>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/task_group.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "simulator/control.hpp"
#include "simulator/fault_control.hpp"
#include "simulator/graph.hpp"
#include "simulator/half_request.hpp"
#include "simulator/page.hpp"
#include "simulator/template_calls.hpp"
#include "simulator/verification.hpp"
#include "simulator/webhook_client.hpp"

namespace claw::sim {

namespace {

constexpr std::chrono::milliseconds kLongestTick{20};  ///< How late a status may be.
constexpr std::chrono::seconds kPing{15};              ///< How soon a page that is gone is noticed.
constexpr std::chrono::milliseconds kStopPatience{1'000};

std::uint64_t fresh_seed() {
  std::uint64_t seed = 0;
  std::memcpy(&seed, random_bytes(sizeof seed).data(), sizeof seed);
  return seed;
}

net::CurlClient::Options client_options() {
  // A tool for the developer's own machine and network: callbacks may be anywhere.
  auto anywhere = net::NetworkSet::make({"0.0.0.0/0", "::/0"});
  return {
      .addresses = net::AddressPolicy(std::move(anywhere.value())), .user_agent = "facebookexternalua", .ca_file = {}};
}

/// The callback that a POST to subscribed_apps wants to set, as (uri, verify_token).
std::optional<std::pair<std::string, std::string>> wanted_callback(const GraphCall& call) {
  if (call.method != "POST" || call.edge != "subscribed_apps") return std::nullopt;
  boost::system::error_code error;
  const auto body = boost::json::parse(call.body, error);
  if (error || !body.is_object()) return std::nullopt;
  const auto* uri = body.get_object().if_contains("override_callback_uri");
  const auto* token = body.get_object().if_contains("verify_token");
  if (!uri || !uri->is_string()) return std::nullopt;
  return std::pair(std::string(std::string_view(uri->get_string())),
                   token && token->is_string() ? std::string(std::string_view(token->get_string())) : std::string());
}

}  // namespace

struct Service::Parts {
  Parts(IoPool& pool, Clock& base, ServiceOptions chosen)
      : io(pool),
        clock(base),
        options(std::move(chosen)),
        client(io, client_options()),
        webhooks(io, client),
        meta(clock, options.habits, options.seed.value_or(fresh_seed()),
             [this](Attempt attempt) { begin(std::move(attempt)); }),
        control(meta, clock, client),
        fault_control(meta) {
    control.add_routes(router);
    fault_control.add_routes(router);
    add_template_control(router, meta);
    add_page_routes(router);
    for (const char* method : {"GET", "POST", "DELETE"}) {
      for (const char* pattern : {"/{version}/{object}/{edge}", "/{version}/{object}"})
        router.add(method, pattern, [this](net::HttpRequest& request) { return graph(request); });
    }
  }

  void begin(Attempt attempt) { tasks.spawn(io.next(), "delivery", deliver(std::move(attempt))); }
  Task<> deliver(Attempt attempt);
  Task<> tick();
  void ping_later(Meta& m);
  Task<net::HttpResponse> graph(net::HttpRequest& request);
  Task<std::optional<GraphError>> override_callback(const GraphCall& call);

  IoPool& io;
  MovableClock clock;
  ServiceOptions options;
  net::CurlClient client;
  WebhookClient webhooks;
  Guarded<Meta> meta;
  Control control;
  FaultControl fault_control;
  net::Router router;
  net::Server server{io, router, {}};
  TaskGroup tasks;
};

Task<> Service::Parts::deliver(Attempt attempt) {
  // begin() is called under the lock, and settling takes it again: go on from the loop, never from there.
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
  const TimePoint begun = clock.now();
  if (attempt.drop) {
    co_await send_half(attempt.url, *attempt.body);
    const AttemptResult result{.reason = "a fault closed the connection in the middle of the body"};
    co_return meta.with([&](Meta& m) { m.deliveries().settle(attempt.delivery, result); });
  }
  auto answer = co_await webhooks.post(attempt.url, attempt.signature, *attempt.body);
  AttemptResult result{.took = clock.now() - begun};
  if (answer) {
    result.status = answer->status;
    result.answer = std::move(answer->body);
    if (result.status < 200 || result.status > 299) result.reason = fmt::format("it answered {}", result.status);
  } else {
    result.reason = why_no_answer(answer.error());
  }
  meta.with([&](Meta& m) { m.deliveries().settle(attempt.delivery, result); });
}

Task<> Service::Parts::tick() {
  while (true) {
    const auto next = meta.with([](Meta& m) {
      m.timers.run_due();
      return m.timers.next();
    });
    const auto wait = next ? *next - clock.now() : kLongestTick;
    co_await clock.sleep(std::clamp(wait, std::chrono::milliseconds(1), kLongestTick));
  }
}

void Service::Parts::ping_later(Meta& m) {
  m.timers.after(kPing, [this, &m] {
    m.events.ping();
    ping_later(m);
  });
}

Task<std::optional<GraphError>> Service::Parts::override_callback(const GraphCall& call) {
  const auto wanted = wanted_callback(call);
  if (!wanted) co_return std::nullopt;
  const auto challenge =
      meta.with([&](Meta& m) { return check_access(m, call).refusal ? std::string() : m.ids.challenge(); });
  // A refused call is answered by answer_graph(), like any other.
  if (challenge.empty()) co_return std::nullopt;
  auto result = co_await verify_callback(client, wanted->first, wanted->second, challenge);
  result.exchange.at = clock.now();
  meta.with([&](Meta& m) {
    m.note(std::move(result.exchange));
    if (!result.verified) return;
    for (const auto& id : m.numbers.of_waba(call.object)) {
      Number number = *m.numbers.find(id);
      number.callback = wanted->first;
      number.verify_token = wanted->second;
      (void)m.numbers.put(std::move(number));  // it is there already, so it has room
    }
  });
  co_return result.verified ? std::nullopt : std::optional(errors::callback_not_verified(result.reason));
}

Task<net::HttpResponse> Service::Parts::graph(net::HttpRequest& request) {
  const GraphCall call = graph_call(request);
  if (const auto refused = co_await override_callback(call)) {
    const std::string trace = meta.with([](Meta& m) { return m.ids.trace(); });
    co_return graph_response(refused->http, error_body(*refused, trace), trace);
  }
  auto [answer, slow] = meta.with([&](Meta& m) {
    const GraphFaults faults = strike_graph_call(m, call);
    return std::pair(answer_graph(m, call, faults), faults.slow);
  });
  if (slow.count() > 0) co_await clock.sleep(slow);
  co_return std::move(answer);
}

Service::Service(IoPool& io, Clock& clock, ServiceOptions options)
    : parts_(std::make_unique<Parts>(io, clock, std::move(options))) {}

Service::~Service() {
  stop();
}

Result<void> Service::start() {
  parts_->meta.with([&](Meta& m) { m.numbers.limits_of_new = parts_->options.limits; });
  for (const auto& number : parts_->options.numbers) {
    if (auto put = parts_->meta.with([&](Meta& m) { return m.numbers.put(number); }); !put) return put;
  }
  if (auto bound = parts_->server.listen(parts_->options.listen); !bound) return bound;
  parts_->meta.with([&](Meta& m) { parts_->ping_later(m); });
  parts_->tasks.spawn(parts_->io.executor(0), "tick", parts_->tick());
  return {};
}

std::uint16_t Service::port() const {
  return parts_->server.port();
}

void Service::stop() {
  parts_->meta.with([](Meta& m) { m.events.close_all(); });
  parts_->server.stop(kStopPatience);
  parts_->tasks.cancel();
}

}  // namespace claw::sim
