#include "api/live_feed.hpp"

#include <boost/json.hpp>

#include "base/log.hpp"

namespace claw {
namespace {

namespace json = boost::json;

std::string topic_of(TenantId tenant) {
  return std::to_string(tenant.value);
}

}  // namespace

LiveFeed::LiveFeed(IoPool& io, Ledger& ledger, PublicIds ids, Clock& clock)
    : ledger_(ledger), ids_(std::move(ids)), clock_(clock), io_(io) {}

LiveFeed::~LiveFeed() {
  stop();
}

void LiveFeed::start() {
  tasks_.spawn(io_.next(), "live_feed.run", run());
  tasks_.spawn(io_.next(), "live_feed.beat", beat());
}

void LiveFeed::stop() {
  hub_.close_all();
  std::optional<Completion<int>> wake;
  {
    std::scoped_lock lock(mutex_);
    stopped_ = true;
    wake.swap(waiting_);
  }
  if (wake) (*wake)(0);
  tasks_.cancel();
  tasks_.join();
}

void LiveFeed::wrote(MessageId touched) {
  if (!hub_.heard()) return;
  std::optional<Completion<int>> wake;
  {
    std::scoped_lock lock(mutex_);
    // One more than is allowed says that there were too many.
    if (touched && touched_.size() <= kMaxTouched) touched_.push_back(touched);
    written_ = true;
    wake.swap(waiting_);
  }
  if (wake) (*wake)(0);
}

void LiveFeed::tell_tenant(TenantId tenant, std::string_view what) {
  tell(tenant, "tenant", {{"what", what}});
}

void LiveFeed::tell_conversation(TenantId tenant, ConversationId conversation) {
  tell(tenant, "conversation", {{"conversation", ids_.name('c', conversation.value)}});
}

Task<Result<std::shared_ptr<net::EventHub::Listener>>> LiveFeed::open(TenantId tenant, bool again) {
  auto listener = hub_.open(topic_of(tenant));
  if (!listener) {
    // Some may have gone without a word: writing to them shows it, and their places are free for the next try.
    hub_.ping();
    co_return fail(ErrorKind::kTransient, "too many listen already");
  }
  // From here on writes are noted; what they are compared with is read after that, so that none falls between.
  const auto marks = co_await ledger_.change_marks();
  if (!marks) co_return std::unexpected(marks.error());
  {
    std::scoped_lock lock(mutex_);
    const bool far_behind = marks_ && marks->message.value - marks_->message.value > kMaxLag;
    if (far_behind) hub_.publish("", "resync", "{}");
    if (!marks_ || far_behind || hub_.listeners() == 1) marks_ = *marks;
  }
  listener->greet();
  if (again) listener->give("resync", "{}");
  co_return listener;
}

Task<bool> LiveFeed::something() {
  co_await complete_with<int>([this](Completion<int> done) {
    {
      std::scoped_lock lock(mutex_);
      if (!written_ && !stopped_) {
        waiting_ = std::move(done);
        return;
      }
    }
    done(0);
  });
  std::scoped_lock lock(mutex_);
  co_return !stopped_;
}

Task<> LiveFeed::run() {
  while (co_await something()) {
    const bool more = co_await read();
    if (!more) co_await clock_.sleep(kPause);
  }
}

Task<> LiveFeed::beat() {
  while (true) {
    co_await clock_.sleep(kHeartbeat);
    hub_.ping();
  }
}

Task<bool> LiveFeed::read() {
  std::vector<MessageId> touched;
  std::optional<ChangeMarks> since;
  {
    std::scoped_lock lock(mutex_);
    touched = std::exchange(touched_, {});
    since = marks_;
    written_ = false;
  }
  if (!since || !hub_.heard()) co_return false;
  if (touched.size() > kMaxTouched) {
    touched.clear();
    hub_.publish("", "resync", "{}");
  }
  const auto changes = co_await ledger_.changes(*since, std::move(touched), kMaxRead);
  if (!changes) {
    if (const auto count = failures_.allow())
      log::warn("live_feed.read_failed count={} reason=\"{}\"", count, changes.error().message);
    hub_.publish("", "resync", "{}");
    co_return false;
  }
  tell(*changes);
  std::scoped_lock lock(mutex_);
  // A listener that came when all had gone set them anew meanwhile.
  if (marks_ && marks_->message <= changes->marks.message) marks_ = changes->marks;
  if (changes->more) written_ = true;
  co_return changes->more;
}

void LiveFeed::tell(TenantId tenant, std::string_view name, const json::object& data) {
  hub_.publish(topic_of(tenant), name, json::serialize(data));
}

void LiveFeed::tell(const Changes& changes) {
  const auto heard = [this](const auto& change) { return hub_.heard(topic_of(change.tenant)); };
  for (const auto& message : changes.messages) {
    if (!heard(message)) continue;
    tell(message.tenant, "message",
         {{"id", ids_.name('m', message.id.value)},
          {"conversation", ids_.name('c', message.conversation.value)},
          {"user", message.user},
          {"phone_number_id", message.phone_number_id},
          {"direction", message.direction == Direction::kInbound ? "inbound" : "outbound"},
          {"state", to_string(message.state)},
          {"type", message.type}});
    if (sent_ && message.state >= MessageState::kSent && message.state < MessageState::kFailed)
      sent_(message.tenant, message.phone_number_id);
  }
  for (const auto& status : changes.statuses) {
    if (!heard(status)) continue;
    tell(status.tenant, "status",
         {{"id", ids_.name('s', status.id)},
          {"message", status.message ? json::value(ids_.name('m', status.message.value)) : json::value(nullptr)},
          {"wamid", status.wamid},
          {"status", status.status}});
  }
  for (const auto& event : changes.events) {
    if (!heard(event)) continue;
    tell(event.tenant, "event", {{"id", ids_.name('e', event.id)}, {"kind", event.kind}, {"event", event.event}});
  }
}

}  // namespace claw
