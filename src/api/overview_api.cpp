#include "api/overview_api.hpp"

#include <algorithm>

#include "api/json_view.hpp"
#include "api/problem.hpp"
#include "whatsapp/service_window.hpp"

namespace claw {
namespace {

namespace json = boost::json;
using std::chrono::minutes;

/// What a range is shown in: the last step is the one under way.
struct Range {
  std::string_view name;
  std::size_t steps;
  minutes step;
  std::size_t answer_steps;
  minutes answer_step;

  [[nodiscard]] TimePoint from(TimePoint now) const { return first(now, steps, step); }
  [[nodiscard]] TimePoint answers_from(TimePoint now) const { return first(now, answer_steps, answer_step); }
  [[nodiscard]] minutes whole() const { return static_cast<int>(steps) * step; }

 private:
  static TimePoint first(TimePoint now, std::size_t steps, minutes step) {
    const auto since = now.time_since_epoch();
    return TimePoint(since - since % step) - static_cast<int>(steps - 1) * step;
  }
};

constexpr Range kRanges[] = {
    {"hour", 60, minutes(1), 6, minutes(10)},
    {"day", 144, minutes(10), 24, minutes(60)},
    {"week", 168, minutes(60), 28, minutes(360)},
};

json::object counts_json(const ActivityPoint& point) {
  return {{"in", point.in}, {"out", point.out}, {"failed", point.failed}};
}

json::object percentiles_json(const AnswerTimes& times) {
  const auto shown = [&](double share) {
    const auto found = times.percentile(share);
    return found ? json::value(found->count()) : json::value(nullptr);
  };
  return {{"p50", shown(0.5)}, {"p95", shown(0.95)}};
}

void put_activity(json::object& into, const std::vector<ActivityPoint>& points) {
  ActivityPoint total;
  json::array list;
  for (const auto& point : points) {
    json::object shown = counts_json(point);
    shown["at"] = time_json(point.at);
    list.push_back(std::move(shown));
    total.in += point.in;
    total.out += point.out;
    total.failed += point.failed;
  }
  into["points"] = std::move(list);
  into["totals"] = counts_json(total);
}

void put_answers(json::object& into, const std::vector<AnswerTimes>& points) {
  AnswerTimes all;
  json::array list;
  for (const auto& point : points) {
    json::object shown = percentiles_json(point);
    shown["at"] = time_json(point.at);
    list.push_back(std::move(shown));
    all.add(point);
  }
  json::object whole = percentiles_json(all);
  whole["count"] = all.count();
  into["answer_ms"] = std::move(whole);
  into["answer_points"] = std::move(list);
}

void put_queue(json::object& into, const Tenant& tenant, const Waiting& waiting, const OverviewApi::WhyHeld& why_held) {
  std::int64_t outbox = 0;
  json::array numbers;
  for (const auto& number : tenant.phone_number_ids) {
    const auto found = waiting.outbox.find(number);
    const auto reason = why_held(number);
    json::object shown{{"phone_number_id", number},
                       {"outbox", found == waiting.outbox.end() ? 0 : found->second},
                       {"held", reason.has_value()}};
    if (reason) shown["reason"] = *reason;
    numbers.push_back(std::move(shown));
  }
  for (const auto& [number, count] : waiting.outbox) outbox += count;
  into["queue"] = {{"waiting_turns", waiting.turns}, {"outbox", outbox}};
  into["numbers"] = std::move(numbers);
}

}  // namespace

void OverviewApi::add_routes(net::Router& router) {
  guard_.add(router, "GET", "/api/v1/overview", Permission::kInboxRead,
             [this](net::HttpRequest& request, const Caller& caller) { return show(request, caller); });
}

Task<Result<std::int64_t>> OverviewApi::open_windows(TenantId tenant) {
  const auto now = clock_.now();
  {
    std::scoped_lock lock(counts_mutex_);
    const auto found = counts_.find(tenant.value);
    if (found != counts_.end() && now - found->second.at < kCountKept) co_return found->second.open;
    // Whoever asks meanwhile is told the last one: one counts at a time.
    if (found != counts_.end()) found->second.at = now;
  }
  const auto open = co_await ledger_.open_windows(tenant, now - whatsapp::kServiceWindow);
  if (!open) co_return open;
  std::scoped_lock lock(counts_mutex_);
  counts_[tenant.value] = {now, *open};
  co_return open;
}

Task<net::HttpResponse> OverviewApi::show(net::HttpRequest& request, const Caller& caller) {
  const auto* const range = std::ranges::find(kRanges, request.query_value("range").value_or("day"), &Range::name);
  if (range == std::end(kRanges)) co_return problem(400, "Bad request", "range must be hour, day or week");
  const TenantId tenant = caller.tenant->id;
  const TimePoint now = clock_.now();
  const TimePoint from = range->from(now);
  const auto points = co_await ledger_.activity(tenant, from, range->steps, range->step);
  if (!points) co_return problem_of(points.error());
  const auto previous = co_await ledger_.activity(tenant, from - range->whole(), 1, range->whole());
  if (!previous) co_return problem_of(previous.error());
  const auto answers =
      co_await ledger_.answer_times(tenant, range->answers_from(now), range->answer_steps, range->answer_step);
  if (!answers) co_return problem_of(answers.error());
  const auto stored = co_await ledger_.stored(tenant);
  if (!stored) co_return problem_of(stored.error());
  const auto open = co_await open_windows(tenant);
  if (!open) co_return problem_of(open.error());
  const auto waiting = co_await ledger_.waiting(tenant);
  if (!waiting) co_return problem_of(waiting.error());

  json::object shown{{"range", range->name},
                     {"from", time_json(from)},
                     {"to", time_json(from + range->whole())},
                     {"step_s", std::chrono::seconds(range->step).count()},
                     {"answer_step_s", std::chrono::seconds(range->answer_step).count()},
                     {"previous", counts_json(previous->front())},
                     {"conversations", {{"total", stored->conversations}, {"open_windows", *open}}}};
  const std::int64_t limit = caller.tenant->limits.stored_bytes;
  shown["storage"] = {{"stored_bytes", stored->bytes},
                      {"messages", stored->messages},
                      {"limit", limit > 0 ? json::value(limit) : json::value(nullptr)},
                      {"full", limit > 0 && stored->bytes >= limit}};
  put_activity(shown, *points);
  put_answers(shown, *answers);
  put_queue(shown, *caller.tenant, *waiting, why_held_);
  co_return net::json_response(200, json::serialize(shown));
}

}  // namespace claw
