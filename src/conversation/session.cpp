#include "conversation/session.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "conversation/access.hpp"

namespace claw {
namespace {

/// Of a merged text; what is longer goes in the next turn.
constexpr std::size_t kMaxMergedBytes = 64 * 1024;
constexpr int kWindowsAtMost = 5;

bool collects(const Tenant& tenant) {
  return tenant.session.queue != QueueMode::kFollowUp;
}

}  // namespace

bool has_ended(const SessionRecord& session, const SessionSettings& settings, TimePoint now) {
  if (session.last_turn == TimePoint{}) return false;
  if (settings.idle_reset > std::chrono::minutes(0) && now - session.last_turn >= settings.idle_reset) return true;
  if (settings.daily_reset_minute < 0) return false;
  // The last time the hour came.
  const auto since_midnight = now - std::chrono::floor<std::chrono::days>(now);
  auto reset = std::chrono::floor<std::chrono::days>(now) + std::chrono::minutes(settings.daily_reset_minute);
  if (since_midnight < std::chrono::minutes(settings.daily_reset_minute)) reset -= std::chrono::days(1);
  return session.last_turn < reset;
}

SessionRecord begun_anew(const SessionRecord& session, MessageId first) {
  SessionRecord anew;
  anew.epoch = session.epoch + 1;
  anew.first = first;
  anew.paused_until = session.paused_until;
  anew.paused_by = session.paused_by;
  return anew;
}

bool is_mergeable(const Tenant& tenant, const PendingMessage& message) {
  if (message.type != "text" || message.view.text.empty()) return false;
  if (parse_command(message.view.text) || opt_word(tenant, message.view.text) != OptWord::kNone) return false;
  // Data beside the text: what it answers, the ad it came by.
  return message.view.data.empty() || message.view.data == "{}";
}

std::size_t turn_size(const Tenant& tenant, const std::deque<PendingMessage>& waiting) {
  const PendingMessage& first = waiting.front();
  const auto same_turn = [&first](const PendingMessage& message) { return message.turn == first.turn; };
  if (first.turn) return static_cast<std::size_t>(std::ranges::find_if_not(waiting, same_turn) - waiting.begin());
  const auto window = tenant.session.debounce;
  if (!is_mergeable(tenant, first)) return 1;
  const std::string author = sender_of(first).user;
  std::size_t count = 0, bytes = 0;
  for (const auto& message : waiting) {
    bytes += message.view.text.size();
    // In a group each author is let in, or not, by themselves.
    if (sender_of(message).user != author) break;
    if (message.turn || !is_mergeable(tenant, message) || count == tenant.session.max_merged ||
        (count > 0 && bytes > kMaxMergedBytes))
      break;
    if (count > 0 && !collects(tenant)) {
      // Only what was written in one go belongs together.
      const auto pause = message.received - waiting[count - 1].received;
      if (window.count() == 0 || pause >= window || message.received - first.received >= kWindowsAtMost * window) break;
    }
    ++count;
  }
  return count;
}

std::chrono::milliseconds debounce_left(const Tenant& tenant, const std::deque<PendingMessage>& waiting,
                                        TimePoint now) {
  const auto window = tenant.session.debounce;
  const std::chrono::milliseconds none{0};
  if (window == none || waiting.front().turn) return none;
  // Anything that cannot be merged flushes what is before it, and goes alone.
  const std::string author = sender_of(waiting.front()).user;
  if (!std::ranges::all_of(waiting, [&](const PendingMessage& each) {
        return is_mergeable(tenant, each) && sender_of(each).user == author;
      }))
    return none;
  if (waiting.size() >= tenant.session.max_merged) return none;
  const TimePoint quiet = waiting.back().received + window;
  const TimePoint latest = waiting.front().received + kWindowsAtMost * window;
  return std::max(none, std::min(quiet, latest) - now);
}

PendingMessage merged(std::span<const PendingMessage> messages) {
  PendingMessage all = messages.front();
  for (const auto& message : messages.subspan(1)) {
    all.view.text += "\n" + message.view.text;
    all.wamid = message.wamid;
    all.received = message.received;
    all.also.push_back(message.id);
  }
  return all;
}

bool is_owner(const Tenant& tenant, const PendingMessage& message) {
  const Author sender = sender_of(message);
  return std::ranges::any_of(tenant.session.owners, [&](const std::string& written) {
    const auto address = address_of(written);
    return !address.empty() && (address == sender.phone || address == sender.bsuid);
  });
}

RoutingAnswer answering(const Tenant& tenant, const SessionRecord& session, const RoutingQuestion& question) {
  if (!session.agent.empty() && tenant.agents.contains(session.agent)) return {session.agent, session.matched_by, -1};
  return route(tenant, question);
}

Referral referral_of(const PendingMessage& message) {
  Referral found;
  if (message.view.data.find("\"referral\"") == std::string::npos) return found;
  boost::system::error_code fault;
  const auto data = boost::json::parse(message.view.data, fault);
  if (fault) return found;
  const auto read = [&data](const char* pointer) {
    boost::system::error_code missing;
    const auto* value = data.find_pointer(pointer, missing);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  return {read("/referral/source_id"), read("/referral/ctwa_clid")};
}

}  // namespace claw
