#include "api/message_way.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "whatsapp/errors.hpp"

namespace claw {
namespace {

using std::chrono::milliseconds;

/// Kinds of rules, as tenancy/routing.hpp has them.
std::string because_of(std::string_view matched) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"peer", "A rule is about this person."},
      {"peer_prefix", "A rule is about numbers that begin so."},
      {"referral", "A rule is about the ad they came by."},
      {"keyword", "A rule is about the word that the session began with."},
      {"pattern", "A rule's pattern fits the message that the session began with."},
      {"number", "A rule is about the number that was written to."},
      {"channel", "A rule is about everybody."},
      {"default", "No rule fitted, and it is the default agent."},
      {"command", "An owner chose it with /agent."},
      {"session", "It has answered this session from its beginning."},
  };
  for (const auto& [kind, words] : kWords)
    if (kind == matched) return std::string(words);
  return fmt::format("It was matched by {}.", matched);
}

std::string told_of_status(std::string_view status) {
  if (status == "sent") return "Sent: WhatsApp has it";
  if (status == "delivered") return "Delivered to the phone";
  if (status == "read") return "Read";
  if (status == "played") return "Played";
  if (status == "failed") return "Meta could not deliver it";
  return std::string(status);
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (!std::string_view(".!?").contains(text.back())) text += '.';
  return text;
}

/// Why a message was kept and not answered.
std::string why_ignored(const std::string& reason) {
  if (reason == "channel_disabled")
    return "Nobody was answered, for the channel is closed. Open it under Channels, then new messages are answered.";
  if (reason == "tenant_disabled")
    return "Nobody was answered, for this tenant is disabled. The platform's admin can enable it.";
  std::string words = reason;
  std::ranges::replace(words, '_', ' ');
  return sentence(words.empty() ? "no reason was kept" : words);
}

/// Of a message that stands still or failed, for a tenant's admin.
std::string why_so(const MessageRecord& message) {
  if (message.error_code != 0)
    return fmt::format("{} (Meta's code {})", whatsapp::error_info(message.error_code).advice, message.error_code);
  return sentence(message.reason);
}

class Way {
 public:
  explicit Way(const WayFacts& facts) : facts_(facts) {}

  std::vector<WayStep> steps() {
    if (facts_.question) inbound(*facts_.question);
    for (const auto& answer : facts_.answers) outbound(answer);
    return std::move(steps_);
  }

 private:
  WayStep& add(std::string_view id, std::string title, TimePoint at, std::string detail = "",
               WayState state = WayState::kDone, std::int64_t error_code = 0) {
    WayStep step;
    step.error_code = error_code;
    step.id = id;
    step.title = std::move(title);
    step.detail = std::move(detail);
    step.at = at;
    step.state = state;
    step.part = part_;
    if (part_ >= 0) step.title = fmt::format("Part {}: {}", part_ + 1, step.title);
    return steps_.emplace_back(std::move(step));
  }

  /// What the log has of this kind about a name, the oldest first.
  [[nodiscard]] std::vector<const ExchangeRow*> logged(ExchangeKind kind, const std::string& name) const {
    std::vector<const ExchangeRow*> found;
    for (const auto& row : facts_.log)
      if (!name.empty() && row.kind == kind && std::ranges::find(row.names, name) != row.names.end())
        found.push_back(&row);
    std::ranges::sort(found, {}, &ExchangeRow::id);
    return found;
  }

  void inbound(const MessageRecord& message) {
    if (to_ms(message.meta_time) != 0)
      add("written", "Written on the phone", message.meta_time, "The time that WhatsApp gave it; in whole seconds.");
    deliveries(message);
    add("stored", "Received and stored", message.created_at, "Written to disk before Meta was told that it arrived.");
    const bool by_hand = message.reason.starts_with(kByHand);
    if (message.state == MessageState::kHeld) {
      add("access", "Waits for an approval", {}, "Its sender may not write yet. Approve them under Pairing.",
          WayState::kWaiting);
      return;
    }
    if (message.state == MessageState::kIgnored && !by_hand) {
      add("access", "Kept, not answered", {}, why_ignored(message.reason), WayState::kFailed);
      return;
    }
    if (message.state != MessageState::kPending)
      add("access", "Let in", {}, "Its sender was allowed to write when its turn came.");
    if (!message.matched_by.empty()) rule(message);
    if (!facts_.together.empty()) together(message);
    turn(message, by_hand);
  }

  void deliveries(const MessageRecord& message) {
    bool first = true;
    for (const auto* row : logged(ExchangeKind::kWebhook, message.wamid)) {
      std::string title = row->wrong ? "Meta delivered it, and it was not taken" : "Delivered by Meta";
      std::string detail =
          fmt::format("Answered {} after {:.1f} ms.", row->status, static_cast<double>(row->took.count()) / 1'000);
      if (row->wrong) {
        detail += " Meta delivers it again.";
      } else if (!first) {
        title = "Delivered by Meta once more";
        detail += " It was known already, and changed nothing.";
      }
      first = first && row->wrong;
      add("delivered_to_us", std::move(title), row->at, std::move(detail),
          row->wrong ? WayState::kFailed : WayState::kDone)
          .exchange = row->id;
    }
  }

  void rule(const MessageRecord& message) {
    std::string agent = message.agent;
    for (const auto& answer : facts_.answers)
      if (agent.empty()) agent = answer.agent;
    if (message.matched_by == "command" && agent.empty())
      add("rule", "A command", {}, "The gateway answered it itself; no agent was asked.");
    else
      add("rule", fmt::format("Given to {}", agent.empty() ? "the agent" : agent), {}, because_of(message.matched_by));
  }

  void together(const MessageRecord& message) {
    const auto others = facts_.together.size();
    add("together",
        fmt::format("{} with {}", message.state == MessageState::kAnswered ? "Answered together" : "In one turn",
                    others == 1 ? "another message" : fmt::format("{} other messages", others)),
        {}, "They were joined for one turn: what was said in it is said to all of them.");
  }

  void turn(const MessageRecord& message, bool by_hand) {
    if (message.state == MessageState::kPending)
      add("turn", "Waits for its turn", {}, "One turn at a time in each conversation.", WayState::kWaiting);
    else if (by_hand)
      add("turn", fmt::format("Left to {}", message.reason.substr(kByHand.size())), {},
          "The conversation was held by hand, so no agent was asked.");
    else if (message.state == MessageState::kAgentFailed)
      add("turn", "The agent failed", {}, why_so(message), WayState::kFailed);
    else if (message.state == MessageState::kNoReply)
      add("turn", fmt::format("{} had nothing to say", message.agent.empty() ? "The agent" : message.agent), {});
    else if (facts_.answers.empty())
      add("turn", "Answered", {});
  }

  void outbound(const MessageRecord& message) {
    part_ = facts_.answers.size() > 1 ? message.part : -1;
    const bool in_app = message.agent == kBusinessApp;
    const std::string who = in_app                  ? "Written in the business app"
                            : message.agent.empty() ? "The gateway answered"
                                                    : fmt::format("{} answered", message.agent);
    add("said", who, message.created_at,
        in_app ? "On the phone of the number; WhatsApp told of it." : "Kept in the outbox before it is sent.");
    if (!in_app) sends(message);
    for (const auto& status : message.statuses)
      add("status", told_of_status(status.status), status.at, errors_of(status),
          status.status == "failed" ? WayState::kFailed : WayState::kDone, code_of(status));
    stands(message);
    part_ = -1;
  }

  void sends(const MessageRecord& message) {
    int attempt = 0;
    for (const auto* row : logged(ExchangeKind::kGraph, log_name_of(message.id))) {
      ++attempt;
      const double took_ms = static_cast<double>(row->took.count()) / 1'000;
      std::string title = row->wrong ? "Given to Meta, and not taken" : "Given to Meta";
      if (attempt > 1) title += fmt::format(", try {}", attempt);
      std::string detail;
      if (row->status == 0)
        detail = row->outcome == "ambiguous" ? "No answer came: Meta may have it or not." : "Meta was not reached.";
      else
        detail = fmt::format("Meta answered {}", row->status);
      if (row->status != 0 && row->error_code != 0) detail += fmt::format(" with its code {}", row->error_code);
      if (row->status != 0) detail += fmt::format(" after {:.0f} ms.", took_ms);
      if (row->error_code != 0) detail += fmt::format(" {}", whatsapp::error_info(row->error_code).advice);
      add("send", std::move(title), row->at, std::move(detail), row->wrong ? WayState::kFailed : WayState::kDone,
          row->error_code)
          .exchange = row->id;
    }
    if (attempt == 0 && message.attempts > 0)
      add("send", message.attempts == 1 ? "Given to Meta" : fmt::format("Given to Meta {} times", message.attempts), {},
          "The delivery log has no more of it.");
  }

  /// Of a JSON array of Meta's, whose own words stand in it; 0: it has none.
  static std::int64_t code_of(const StatusRecord& status) {
    constexpr std::string_view kMember = "\"code\":";
    const auto at = status.errors.find(kMember);
    return at == std::string::npos ? 0 : std::strtoll(status.errors.c_str() + at + kMember.size(), nullptr, 10);
  }
  static std::string errors_of(const StatusRecord& status) {
    const auto code = code_of(status);
    return code == 0 ? "" : fmt::format("{} (Meta's code {})", whatsapp::error_info(code).advice, code);
  }

  /// Where it stands, where no status says so.
  void stands(const MessageRecord& message) {
    switch (message.state) {
      case MessageState::kQueued:
        add("state", "Waits to be sent", {}, message.reason.empty() ? "" : why_so(message), WayState::kWaiting,
            message.error_code);
        return;
      case MessageState::kParked:
        add("state", "Waits until they write", {}, why_so(message), WayState::kWaiting);
        return;
      case MessageState::kSending:
        add("state", "On its way to Meta", {}, "", WayState::kWaiting);
        return;
      case MessageState::kUnknown:
        add("state", "Not known whether it arrived", {},
            "Meta's answer was lost, so it may have arrived. A status from Meta settles it.", WayState::kWaiting);
        return;
      case MessageState::kFailed:
        if (std::ranges::none_of(message.statuses, [](const auto& each) { return each.status == "failed"; }))
          add("state", "Failed", {}, why_so(message), WayState::kFailed, message.error_code);
        return;
      case MessageState::kSent:
        if (message.statuses.empty())
          add("state", "Taken by Meta", {}, "Its status is still to come.", WayState::kWaiting);
        return;
      default:
        return;
    }
  }

  static constexpr std::string_view kByHand = "answered by hand: ";
  const WayFacts& facts_;
  std::vector<WayStep> steps_;
  int part_ = -1;
};

}  // namespace

std::string_view to_string(WayState state) {
  switch (state) {
    case WayState::kDone:
      return "done";
    case WayState::kWaiting:
      return "waiting";
    case WayState::kFailed:
      return "failed";
  }
  return "";
}

std::vector<WayStep> way_of(const WayFacts& facts) {
  return Way(facts).steps();
}

}  // namespace claw
