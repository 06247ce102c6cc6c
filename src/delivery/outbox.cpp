#include "delivery/outbox.hpp"

#include <random>

#include <fmt/format.h>

#include "delivery/outbox_number.hpp"
#include "delivery/retry.hpp"
#include "tenancy/connection_notes.hpp"
#include "whatsapp/graph_json.hpp"

namespace claw {
namespace {

/// Messages explained in one write: bounds what others wait for it.
constexpr std::ptrdiff_t kExplainedAtOnce = 256;
/// How soon messages are looked at again whose tenant is disabled, or has given up the number.
constexpr std::chrono::seconds kDisabledRetry{10};
/// How soon a message is looked at again whose file could not be given to Meta.
constexpr std::chrono::seconds kFilesRetry{30};

Counter& outcomes(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_outbox_sends_total", "Sends by outcome.", fmt::format("result=\"{}\"", result));
}

Counter& closed_window(Metrics& metrics, const char* then) {
  return metrics.counter("clawcentral_outbox_closed_window_total",
                         "Free-form messages that met a closed service window and were not refused, by what became of "
                         "them.",
                         fmt::format("then=\"{}\"", then));
}

Counter& held_back(Metrics& metrics, const char* limit) {
  return metrics.counter("clawcentral_outbox_held_back_total",
                         "Messages that were next to be sent and had to wait, by what they waited for.",
                         fmt::format("limit=\"{}\"", limit));
}

double jitter() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

bool may_send_otherwise(const Tenant& now, const Tenant& before, const std::string& number) {
  return !now.access_token_for(number).equals(before.access_token_for(number).expose()) ||
         !now.app_secret_for(number).equals(before.app_secret_for(number).expose());
}

}  // namespace

Outbox::Outbox(IoPool& io, Ledger& ledger, Directory& directory, Graph& graph, Clock& clock, Metrics& metrics,
               const SendLimits& limits, OutgoingFiles* files, GraphAccount* account)
    : io_(io),
      ledger_(ledger),
      directory_(directory),
      graph_(graph),
      files_(files),
      account_(account),
      clock_(clock),
      limits_(limits),
      sent_(outcomes(metrics, "sent")),
      retried_(outcomes(metrics, "again")),
      failed_(outcomes(metrics, "failed")),
      unknown_(outcomes(metrics, "unknown")),
      parked_(closed_window(metrics, "parked")),
      as_template_(closed_window(metrics, "template")),
      // In the order of Lane::Limit.
      held_back_{&held_back(metrics, "rate"), &held_back(metrics, "rest"), &held_back(metrics, "pair"),
                 &held_back(metrics, "authorization")},
      wait_(metrics.histogram("clawcentral_outbox_wait_seconds", "From when a message was due to its send.")) {}

Outbox::~Outbox() {
  stop(std::chrono::milliseconds(0));
  tasks_.cancel();
  tasks_.join();
}

void Outbox::start() {
  {
    std::scoped_lock lock(numbers_mutex_);
    started_ = true;
    for (auto& [id, number] : numbers_) feed(*number);
  }
  tasks_.spawn(io_.executor(0), "outbox.open_numbers", open_numbers());
}

Task<> Outbox::open_numbers() {
  while (!stopping_) {
    const auto numbers = co_await ledger_.numbers_with_queued();
    if (numbers) {
      for (const auto& number : *numbers) number_of(number);
      co_return;
    }
    co_await clock_.sleep(kOutboxStoreRetry);
  }
}

void Outbox::offer(std::vector<OutboundMessage> messages) {
  // The parts of one reply go out through one number and are equally urgent; the loop is for whoever offers more.
  for (auto first = messages.begin(); first != messages.end();) {
    const auto urgency = urgency_of(*first);
    const auto last = std::find_if(first, messages.end(), [&](const OutboundMessage& message) {
      return message.phone_number_id != first->phone_number_id || urgency_of(message) != urgency;
    });
    auto& backlog = number_of(first->phone_number_id).backlog(urgency);
    backlog.offer({std::move_iterator(first), std::move_iterator(last)});
    first = last;
  }
}

void Outbox::reopen(std::vector<OutboundMessage> messages) {
  for (auto& message : messages) {
    auto& backlog = number_of(message.phone_number_id).backlog(urgency_of(message));
    std::vector<OutboundMessage> one;
    one.push_back(std::move(message));
    backlog.reopen(std::move(one));
  }
}

void Outbox::heard(const std::string& phone_number_id, std::size_t messages) {
  // Who never sent has no rate to spend.
  if (Number* number = find(phone_number_id))
    tasks_.post(number->executor, [this, number, messages] { number->lane.heard(messages, clock_.now()); });
}

void Outbox::ask_rates(const Tenant& tenant) {
  for (const auto& id : tenant.phone_number_ids)
    if (Number* number = find(id)) tasks_.post(number->executor, [number] { number->ask_rate_at = {}; });
}

bool Outbox::holds(const std::string& phone_number_id) const {
  const Number* number = find(phone_number_id);
  return number && number->held;
}

std::optional<std::string> Outbox::why_held(const std::string& phone_number_id) const {
  std::scoped_lock lock(numbers_mutex_);
  const auto found = numbers_.find(phone_number_id);
  if (found == numbers_.end() || !found->second->held) return std::nullopt;
  return found->second->why_held;
}

std::size_t Outbox::in_memory() const {
  std::scoped_lock lock(numbers_mutex_);
  std::size_t total = 0;
  for (const auto& [id, number] : numbers_) total += number->answers.in_memory() + number->campaigns.in_memory();
  return total;
}

std::size_t Outbox::held_numbers() const {
  std::scoped_lock lock(numbers_mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(numbers_, [](const auto& entry) { return !!entry.second->held; }));
}

Outbox::Number* Outbox::find(const std::string& phone_number_id) const {
  std::scoped_lock lock(numbers_mutex_);
  const auto found = numbers_.find(phone_number_id);
  return found == numbers_.end() ? nullptr : found->second.get();
}

/// Until Meta has said how fast a number may send, it is taken for one of the slowest.
SendLimits Outbox::first_limits() const {
  auto limits = limits_;
  if (account_)
    limits.messages_per_second = std::min<double>(limits.messages_per_second, whatsapp::kCoexistencePerSecond);
  return limits;
}

Outbox::Number& Outbox::number_of(const std::string& phone_number_id) {
  std::scoped_lock lock(numbers_mutex_);
  auto& number = numbers_[phone_number_id];
  if (number) return *number;
  number = std::make_unique<Number>(
      phone_number_id, io_.executor(std::hash<std::string>{}(phone_number_id)), tasks_, first_limits(), clock_,
      [this, phone_number_id](Urgency urgency, MessageId from, std::size_t limit) {
        return ledger_.queued(phone_number_id, urgency, from, limit);
      },
      [this](Number& to, OutboundMessage message) { take_in(to, std::move(message)); });
  if (started_ && !stopping_) feed(*number);
  return *number;
}

void Outbox::feed(Number& number) {
  for (auto urgency : {Urgency::kAnswer, Urgency::kCampaign})
    tasks_.spawn(number.executor, "outbox.feed", number.backlog(urgency).run());
}

void Outbox::take_in(Number& number, OutboundMessage message) {
  const auto urgency = urgency_of(message);
  if (!number.lane.add(std::move(message), clock_.now())) number.backlog(urgency).done();
  pump(number);
}

void Outbox::pump(Number& number, bool place) {
  // A send may end before it waits for anything: its pump would be called from this one, thousands deep.
  if (stopping_ || std::exchange(number.pumping, true)) return;
  const auto now = clock_.now();
  try_a_changed_token(number, now);
  while (OutboundMessage* message = number.lane.next(Urgency::kAnswer, now)) begin(number, *message, now);
  auto at = number.lane.look_again_at();
  while (number.lane.waits(Urgency::kCampaign) && (place || enter_gate(number))) {
    place = true;
    OutboundMessage* message = number.lane.next(Urgency::kCampaign, now);
    if (!message) {
      at = std::min(at, number.lane.look_again_at());
      break;
    }
    place = false;  // it goes with the message
    begin(number, *message, now);
  }
  if (place) gate_.leave();
  number.pumping = false;
  const auto held_back = number.lane.take_held_back();
  for (std::size_t limit = 0; limit < held_back.size(); ++limit) held_back_[limit]->add(held_back[limit]);
  if (number.lane.is_held()) {
    std::scoped_lock lock(numbers_mutex_);
    number.why_held = number.lane.trouble().reason;
  }
  number.held = number.lane.is_held();
  std::ranges::move(number.lane.take_unexplained(), std::back_inserter(number.unexplained));
  if (!number.unexplained.empty() && !std::exchange(number.explaining, true))
    tasks_.spawn(number.executor, "outbox.explain", explain(number));

  for (const auto wanted : number.lane.take_wanted())
    tasks_.spawn(number.executor, "outbox.fetch", fetch(number, wanted));

  if (number.held) at = std::min(at, now + kTokenCheck);
  // An alarm that is set for later stays: each new one is earlier than all, so that they are few.
  if (at == TimePoint::max() || (!number.alarms.empty() && *number.alarms.begin() <= at)) return;
  number.alarms.insert(at);
  tasks_.spawn(number.executor, "outbox.alarm", pump_at(number, at));
}

void Outbox::begin(Number& number, OutboundMessage& message, TimePoint now) {
  ++number.in_flight;
  wait_.observe(std::chrono::duration<double>(std::max(now - message.due, TimePoint::duration(0))).count());
  tasks_.spawn(number.executor, "outbox.send", deliver(number, message));
}

bool Outbox::enter_gate(Number& number) {
  if (number.waits_at_gate) return false;
  number.waits_at_gate = !gate_.enter(number.key, [this, &number] {
    tasks_.post(number.executor, [this, &number] {
      number.waits_at_gate = false;
      pump(number, true);
    });
  });
  return !number.waits_at_gate;
}

Task<> Outbox::pump_at(Number& number, TimePoint at) {
  // The clock may be set while we sleep, and a timer may be early.
  for (auto now = clock_.now(); now < at; now = clock_.now()) co_await clock_.sleep(at - now);
  number.alarms.erase(at);
  pump(number);
}

void Outbox::try_a_changed_token(Number& number, TimePoint now) {
  if (!number.lane.is_held() || !number.refused_as) return;
  auto tenant = directory_.by_id(number.refused_as->id);
  if (!tenant || tenant == number.refused_as) return;
  if (may_send_otherwise(*tenant, *number.refused_as, number.id)) number.lane.try_authorization_now(now);
  number.refused_as = std::move(tenant);
}

/// Brings a message from the ledger of which only the id is in memory.
Task<> Outbox::fetch(Number& number, Lane::Wanted wanted) {
  while (!stopping_) {
    auto found = co_await ledger_.queued(number.id, wanted.urgency, wanted.message, 1);
    if (!found) {
      co_await clock_.sleep(kOutboxStoreRetry);
      continue;
    }
    if (!found->empty() && found->front().id == wanted.message) {
      // The lane asked under this name, though it may have been joined to another since.
      found->front().conversation = wanted.conversation;
      number.lane.give_back(std::move(found->front()), clock_.now());
    } else {
      number.lane.gone(wanted);
    }
    co_return pump(number);
  }
}

/// Whoever asks why a message waits finds the answer with the message, also where another one was refused.
Task<> Outbox::explain(Number& number) {
  while (!number.unexplained.empty() && number.lane.is_held() && !stopping_) {
    const auto first = number.unexplained.end() - std::min(std::ssize(number.unexplained), kExplainedAtOnce);
    std::vector<MessageId> messages(first, number.unexplained.end());
    number.unexplained.erase(first, number.unexplained.end());
    SendOutcome why;
    why.state = MessageState::kQueued;
    why.error_code = number.lane.trouble().error.code;
    why.reason = number.lane.trouble().reason;
    const auto kept = co_await ledger_.explain(messages, std::move(why), ledger_.fence());
    if (kept || kept.error().kind != ErrorKind::kTransient) continue;
    std::ranges::move(messages, std::back_inserter(number.unexplained));
    co_await clock_.sleep(kOutboxStoreRetry);
  }
  number.unexplained.clear();
  number.explaining = false;
}

Task<> Outbox::deliver(Number& number, OutboundMessage& message) {
  // Also where the send ends by cancellation or by a fault: then the message is looked at again.
  struct Place {
    Outbox& outbox;
    Number& number;
    const OutboundMessage& message;  // until it is finished
    bool finished = false;
    ~Place() {
      --number.in_flight;
      const auto urgency = urgency_of(message);
      if (finished) {
        number.as_template.erase(message.id.value);
        number.closed.erase(message.id.value);
      }
      if (!finished)
        number.lane.put_back(message);
      else if (number.lane.finished(message, outbox.clock_.now()))
        number.backlog(urgency).done();
      outbox.pump(number);
    }
  };
  Place place{*this, number, message};
  CampaignGate::Place at_gate(urgency_of(message) == Urgency::kCampaign ? &gate_ : nullptr);
  if (stopping_) co_return;
  message.due = clock_.now() + kOutboxStoreRetry;  // for a fault
  place.finished = co_await send(number, message, at_gate);
}

Task<bool> Outbox::send(Number& number, OutboundMessage& message, CampaignGate::Place& at_gate) {
  const auto began = clock_.now();
  if (is_too_late(message.created, began))
    co_return co_await give_up(message, "it could not be sent within 24 h: it would answer a question of yesterday");
  const auto tenant = directory_.by_id(message.tenant);
  // A number that went to another tenant is held for what Meta says of that one's token, and no other.
  if (!tenant || !tenant->enabled || !tenant->owns_number(number.id)) {
    message.due = began + kDisabledRetry;
    co_return false;
  }
  if (account_ && began >= number.ask_rate_at) {
    number.ask_rate_at = began + kAskRateEvery;
    tasks_.spawn(number.executor, "outbox.rate", learn_rate(number, tenant));
  }
  if (const auto settled = co_await ask_permit(tenant, message)) co_return *settled;
  std::optional<whatsapp::Outgoing> instead;
  if (const auto before = number.as_template.find(message.id.value); before != number.as_template.end())
    instead = before->second;
  else if (const auto settled = co_await mind_window(*tenant, number, message, instead))
    co_return *settled;
  // Before the ledger says that it is being sent: an upload may last, and may be done again.
  bool finished = false;
  auto content = instead;
  bool enters_again = false;
  if (!content && files_ && files_->may_last(*tenant, number.id, message.message)) enters_again = at_gate.leave();
  if (!content) content = co_await with_files(tenant, number, message, finished);
  if (!content) co_return finished;
  if (enters_again) {
    co_await gate_.wait(number.key);
    at_gate.hold(gate_);
  }
  const Fence fence = ledger_.fence();
  if (const auto begun = co_await ledger_.begin_send(message.id, fence, instead); !begun) {
    if (begun.error().kind == ErrorKind::kConflict) co_return !co_await taken_back(number, message, fence);
    number.in_doubt.insert(message.id.value);
    message.due = clock_.now() + kOutboxStoreRetry;
    co_return false;
  }
  number.in_doubt.erase(message.id.value);
  if (instead && number.as_template.emplace(message.id.value, *instead).second) as_template_.add();
  ++message.attempts;
  const std::string& to = !message.group.empty()  ? message.group
                          : message.bsuid.empty() ? message.phone
                                                  : message.bsuid;
  auto body = whatsapp::message_json({message.phone, message.bsuid, message.group}, *content,
                                     callback_data_for(slot_of(message.tenant, to), message.id));
  at_gate.leave();
  const auto outcome = co_await graph_.send(tenant, message.phone_number_id, std::move(body), message.trace);
  const auto now = clock_.now();
  number.lane.judge(message, outcome, began, now);
  if (const auto scope = rest_scope(outcome); scope != RestScope::kNumber)
    rest_others(*tenant, number, scope, now + number_rest(outcome));
  if (authorization_verdict(outcome) == Circuit::Verdict::kTrouble) number.refused_as = tenant;
  auto next = after_send(outcome, message.attempts, message.created, now, jitter());
  if (next.state == MessageState::kUnknown) next.due = now;
  number.closed.erase(message.id.value);
  if (is_window_refusal(outcome) && content->type != kTemplateType &&
      tenant->delivery.outside_window != OutsideWindow::kRefuse) {
    number.closed.insert(message.id.value);
    next.state = MessageState::kQueued;
    next.due = now;
  }
  if (instead && (next.state == MessageState::kSent || next.state == MessageState::kUnknown)) number.asked(message);
  if (next.state == MessageState::kSent) {
    number.retries = {};
  } else if (const auto count = next.state == MessageState::kQueued ? number.retries.allow() : 1; count > 0) {
    log::warn("outbox.not_sent tenant={} message={} trace={} try={} count={} then={} reason=\"{}\"", tenant->name,
              message.id.value, message.trace, message.attempts, count, to_string(next.state), next.reason);
  }
  (next.state == MessageState::kSent     ? sent_
   : next.state == MessageState::kQueued ? retried_
   : next.state == MessageState::kFailed ? failed_
                                         : unknown_)
      .add();
  if (by_tenant_ && next.state != MessageState::kQueued)
    by_tenant_->add(message.tenant, next.state == MessageState::kSent     ? TenantCount::kSent
                                    : next.state == MessageState::kFailed ? TenantCount::kSendFailed
                                                                          : TenantCount::kSendUnknown);
  const bool kept = co_await keep(message.id, next);
  message.due = next.due;
  co_return !kept || next.state != MessageState::kQueued;
}

Task<std::optional<bool>> Outbox::ask_permit(const TenantRef& tenant, OutboundMessage& message) {
  if (!permit_) co_return std::nullopt;
  auto refusal = co_await permit_->refusal(tenant, message);
  if (refusal && refusal->empty()) co_return std::nullopt;
  if (refusal) co_return co_await give_up(message, std::move(*refusal));
  message.due = clock_.now() + kOutboxStoreRetry;
  co_return false;
}

Task<> Outbox::learn_rate(Number& number, TenantRef tenant) {
  const auto facts = co_await account_->number(tenant, number.id);
  const auto now = clock_.now();
  if (facts) {
    number.lane.set_rate(whatsapp::messages_per_second(*facts), now);
  } else {
    number.ask_rate_at = now + kAskRateAgain;
    // What Meta said before holds; where it never did, what most numbers may.
    if (!number.rate_is_known) number.lane.set_rate(limits_.messages_per_second, now);
    log::info("outbox.rate_unknown tenant={} phone_number_id={} reason=\"{}\"", tenant->name, number.id,
              facts.error().reason);
  }
  number.rate_is_known |= facts.has_value();
  pump(number);
}

void Outbox::rest_others(const Tenant& tenant, const Number& number, RestScope scope, TimePoint until) {
  const auto accounts = wabas_of(tenant, number.id);
  const auto shares = [&](const Tenant& other, const std::string& id) {
    // An app is known by its secret; who has set none shares nothing that we know of.
    const auto& secret = tenant.app_secret_for(number.id);
    if (scope == RestScope::kApp) return !secret.empty() && other.app_secret_for(id).equals(secret.expose());
    // Of a number without a known account it is better believed that it is in this one than that it is not.
    const auto its = wabas_of(other, id);
    return other.id == tenant.id && (its.empty() || accounts.empty() || its == accounts);
  };
  for (const auto& other : directory_.all())
    for (const auto& id : other->phone_number_ids)
      if (Number* each = find(id); each && each != &number && shares(*other, id))
        tasks_.post(each->executor, [each, until] { each->lane.rest(until); });
}

Task<std::optional<whatsapp::Outgoing>> Outbox::with_files(const TenantRef& tenant, Number& number,
                                                           OutboundMessage& message, bool& finished) {
  finished = false;
  if (!files_ || message.message.is_text()) co_return message.message;
  auto ready = co_await files_->ready(tenant, number.id, message.message);
  if (ready) co_return std::move(*ready);
  const auto kind = ready.error().kind;
  if (kind == ErrorKind::kNotFound || kind == ErrorKind::kInvalid || kind == ErrorKind::kFatal) {
    finished = co_await give_up(message, std::move(ready.error().message));
    co_return std::nullopt;
  }
  message.due = clock_.now() + kFilesRetry;
  if (const auto count = number.retries.allow(); count > 0)
    log::warn("outbox.file_not_ready tenant={} message={} count={} reason=\"{}\"", tenant->name, message.id.value,
              count, ready.error().message);
  SendOutcome why;
  why.state = MessageState::kQueued;
  why.reason = std::move(ready.error().message);
  (void)co_await ledger_.explain({message.id}, std::move(why), ledger_.fence());
  co_return std::nullopt;
}

/// It waited for a day, for a token perhaps; or it has a file that cannot be sent, or the person wrote too long ago.
Task<bool> Outbox::give_up(OutboundMessage& message, std::string reason, std::int64_t error_code) {
  SendOutcome outcome;
  outcome.error_code = error_code;
  outcome.state = MessageState::kFailed;
  outcome.reason = std::move(reason);
  const auto kept = co_await ledger_.explain({message.id}, std::move(outcome), ledger_.fence());
  if (kept || kept.error().kind != ErrorKind::kTransient) {
    failed_.add();
    if (by_tenant_) by_tenant_->add(message.tenant, TenantCount::kSendFailed);
    co_return true;
  }
  message.due = clock_.now() + kOutboxStoreRetry;
  co_return false;
}

/// After a begin whose end was not told: it may have been kept, and then the ledger says that the message is being
/// sent, while nothing was. True if it is to be tried again.
Task<bool> Outbox::taken_back(Number& number, OutboundMessage& message, Fence fence) {
  if (!number.in_doubt.contains(message.id.value)) co_return false;
  SendOutcome not_sent;
  not_sent.state = MessageState::kQueued;
  not_sent.due = clock_.now();
  const auto back = co_await ledger_.end_send(message.id, not_sent, fence);
  if (back || back.error().kind != ErrorKind::kTransient) number.in_doubt.erase(message.id.value);
  message.due = clock_.now() + kOutboxStoreRetry;
  co_return back || back.error().kind == ErrorKind::kTransient;
}

/// Meta has acted, so this must not be lost while the process lives; where it is, the message is `unknown` after the
/// restart. False if it could not be kept: the message is no longer ours.
Task<bool> Outbox::keep(MessageId message, const SendOutcome& outcome) {
  for (;;) {
    const auto kept = co_await ledger_.end_send(message, outcome, ledger_.fence());
    if (kept) co_return true;
    if (kept.error().kind != ErrorKind::kTransient) {
      log::error("outbox.outcome_lost message={} reason=\"{}\"", message.value, kept.error().message);
      co_return false;
    }
    if (stopping_) co_return false;  // `unknown` after the restart
    co_await clock_.sleep(kOutboxStoreRetry);
  }
}

void Outbox::stop(std::chrono::milliseconds patience) {
  {
    std::scoped_lock lock(numbers_mutex_);
    stopping_ = true;
    for (auto& [id, number] : numbers_)
      for (auto urgency : {Urgency::kAnswer, Urgency::kCampaign}) number->backlog(urgency).stop();
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto sending = [this] {
    std::scoped_lock lock(numbers_mutex_);
    return std::ranges::any_of(numbers_, [](const auto& entry) { return entry.second->in_flight > 0; });
  };
  while (sending() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace claw
