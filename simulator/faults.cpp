#include "simulator/faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/ids.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

template <class Kind>
struct Name {
  Kind kind;
  std::string_view name;
};
constexpr auto kKinds = std::to_array<Name<FaultKind>>({
    {FaultKind::kBatch, "batch"},
    {FaultKind::kDuplicate, "duplicate"},
    {FaultKind::kReorder, "reorder"},
    {FaultKind::kDelay, "delay"},
    {FaultKind::kDropDelivery, "drop_delivery"},
    {FaultKind::kHttp500, "http_500"},
    {FaultKind::kHttp503, "http_503"},
    {FaultKind::kDropConnection, "drop_connection"},
    {FaultKind::kHtmlError, "html_error"},
    {FaultKind::kError, "error"},
    {FaultKind::kLoseAnswer, "lose_answer"},
    {FaultKind::kNoId, "no_id"},
    {FaultKind::kEmptyBody, "empty_body"},
    {FaultKind::kSlow, "slow"},
    {FaultKind::kFailedStatus, "failed_status"},
});
constexpr auto kCalls = std::to_array<Name<FaultCalls>>(
    {{FaultCalls::kSend, "send"}, {FaultCalls::kMark, "mark"}, {FaultCalls::kAny, "any"}});
constexpr auto kShapes = std::to_array<Name<BatchShape>>(
    {{BatchShape::kItems, "items"}, {BatchShape::kChanges, "changes"}, {BatchShape::kEntries, "entries"}});

constexpr std::int64_t kMaxCount = 1'000'000;
constexpr std::int64_t kMaxBatch = 1'000;  // Meta's own bound for one webhook
/// A call that is slow holds a connection, and one that waits for others holds their messages.
constexpr std::chrono::milliseconds kMaxWait = std::chrono::minutes(10);
constexpr std::chrono::milliseconds kSlow{5'000};
constexpr std::chrono::milliseconds kWaitForOthers{2'000};

template <class Names>
std::string_view name_of(const Names& names, auto kind) {
  return std::ranges::find(names, kind, &Names::value_type::kind)->name;
}

template <class Names>
bool read_name(const Names& names, const json::value& value, auto& kind) {
  if (!value.is_string()) return false;
  const auto found = std::ranges::find(names, std::string_view(value.get_string()), &Names::value_type::name);
  if (found == names.end()) return false;
  kind = found->kind;
  return true;
}

bool read_text(const json::value& value, std::string& text) {
  if (!value.is_string() || value.get_string().size() > 1'000) return false;
  text = std::string_view(value.get_string());
  return true;
}

bool read_whole(const json::value& value, std::int64_t least, std::int64_t most, auto store) {
  if (!value.is_int64() || value.get_int64() < least || value.get_int64() > most) return false;
  store(value.get_int64());
  return true;
}

bool read_probability(const json::value& value, double& probability) {
  boost::system::error_code error;
  const double given = value.is_number() ? value.to_number<double>(error) : -1;
  if (error || given < 0 || given > 1) return false;
  probability = given;
  return true;
}

bool read_member(std::string_view name, const json::value& value, TimePoint now, Fault& fault) {
  using std::chrono::milliseconds;
  if (name == "kind") return read_name(kKinds, value, fault.kind);
  if (name == "number") return read_text(value, fault.number);
  if (name == "phone") {
    std::string phone;
    if (!read_text(value, phone)) return false;
    fault.phone = phone_digits(phone);
    return !fault.phone.empty() || phone.empty();
  }
  if (name == "calls") return read_name(kCalls, value, fault.calls);
  if (name == "as") return read_name(kShapes, value, fault.shape);
  if (name == "probability") return read_probability(value, fault.probability);
  if (name == "title") return read_text(value, fault.title.emplace());
  if (name == "details") return read_text(value, fault.details.emplace());
  const auto whole = [&](std::int64_t least, std::int64_t most, auto store) {
    return read_whole(value, least, most, store);
  };
  if (name == "count") return whole(1, kMaxCount, [&](auto n) { fault.count = static_cast<std::uint64_t>(n); });
  if (name == "size") return whole(2, kMaxBatch, [&](auto n) { fault.size = static_cast<std::size_t>(n); });
  if (name == "ms") return whole(0, kMaxWait.count(), [&](auto n) { fault.ms = milliseconds(n); });
  if (name == "code") return whole(0, 9'999'999, [&](auto n) { fault.code = static_cast<int>(n); });
  if (name == "http") return whole(400, 599, [&](auto n) { fault.http = static_cast<int>(n); });
  if (name == "retry_after") return whole(0, 86'400, [&](auto n) { fault.retry_after = static_cast<int>(n); });
  if (name == "for_ms")
    return whole(1, milliseconds(Faults::kLongest).count(), [&](auto n) { fault.until = now + milliseconds(n); });
  return false;
}

std::chrono::milliseconds usual_wait(FaultKind kind) {
  if (kind == FaultKind::kSlow || kind == FaultKind::kDelay) return kSlow;
  return kind == FaultKind::kBatch || kind == FaultKind::kReorder ? kWaitForOthers : std::chrono::milliseconds(0);
}

}  // namespace

const char* to_string(FaultKind kind) {
  return name_of(kKinds, kind).data();
}

bool is_of_webhooks(FaultKind kind) {
  return kind <= FaultKind::kDropDelivery;
}

Result<Fault> read_fault(const json::object& object, TimePoint now) {
  Fault fault;
  fault.until = now + Faults::kLasts;
  if (!object.contains("kind")) return fail(ErrorKind::kInvalid, "a fault needs its \"kind\"");
  for (const auto& [name, value] : object) {
    if (!read_member(name, value, now, fault))
      return fail(ErrorKind::kInvalid, fmt::format("a fault cannot have \"{}\": {}", std::string_view(name),
                                                   json::serialize(value).substr(0, 100)));
  }
  if (!object.contains("ms")) fault.ms = usual_wait(fault.kind);
  return fault;
}

json::object fault_json(const Fault& fault, TimePoint now) {
  const bool active = fault.struck < fault.count && now < fault.until;
  json::object object{{"id", fault.id},
                      {"kind", to_string(fault.kind)},
                      {"count", fault.count},
                      {"struck", fault.struck},
                      {"active", active},
                      {"left", active ? fault.count - fault.struck : 0},
                      {"until", to_ms(fault.until)},
                      {"probability", fault.probability}};
  if (!fault.number.empty()) object["number"] = fault.number;
  if (!fault.phone.empty()) object["phone"] = fault.phone;
  if (!is_of_webhooks(fault.kind)) object["calls"] = name_of(kCalls, fault.calls);
  if (usual_wait(fault.kind).count() > 0) object["ms"] = fault.ms.count();
  if (fault.kind == FaultKind::kBatch) object["as"] = name_of(kShapes, fault.shape);
  if (fault.kind == FaultKind::kBatch || fault.kind == FaultKind::kReorder) object["size"] = fault.size;
  if (fault.kind == FaultKind::kError || fault.kind == FaultKind::kFailedStatus) object["code"] = fault.code;
  if (fault.http) object["http"] = *fault.http;
  if (fault.title) object["title"] = *fault.title;
  if (fault.details) object["details"] = *fault.details;
  if (fault.retry_after) object["retry_after"] = *fault.retry_after;
  return object;
}

Result<std::uint64_t> Faults::add(Fault fault) {
  const auto active = std::ranges::count_if(faults_, [this](const Fault& other) { return is_active(other); });
  if (static_cast<std::size_t>(active) >= kMaxActive) return fail(ErrorKind::kTransient, "too many faults are active");
  if (faults_.size() >= kMaxKept)
    faults_.erase(std::ranges::find_if(faults_, [this](const Fault& other) { return !is_active(other); }));
  fault.id = ++last_;
  faults_.push_back(std::move(fault));
  return last_;
}

bool Faults::remove(std::uint64_t id) {
  return std::erase_if(faults_, [id](const Fault& fault) { return fault.id == id; }) > 0;
}

bool Faults::may_strike(const Fault& fault, std::string_view number, std::string_view phone) {
  if (!is_active(fault)) return false;
  if (!fault.number.empty() && fault.number != number) return false;
  if (!fault.phone.empty() && fault.phone != phone) return false;
  if (fault.probability >= 1) return true;
  // Not std::bernoulli_distribution: what it draws differs from one library to the next.
  return static_cast<double>(random_() >> 11) * 0x1.0p-53 < fault.probability;
}

}  // namespace claw::sim
