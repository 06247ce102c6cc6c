#include "conversation/intake.hpp"

#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/log.hpp"
#include "conversation/access.hpp"

namespace claw {
namespace {

constexpr std::chrono::milliseconds kStoreRetry{100};
/// Messages of a number's outbox in one reading.
constexpr std::size_t kReadAtOnce = 1'000;

Counter& items(Metrics& metrics, const char* result) {
  return metrics.counter("clawcentral_intake_items_total", "Items taken from the inbox by what became of them.",
                         fmt::format("result=\"{}\"", result));
}

/// Where items come from: tenant, number, WABA.
using Origin = std::tuple<std::int64_t, std::string, std::string>;

void add_origin(std::vector<Origin>& origins, const AcceptItem& item) {
  const auto& event = item.event;
  if (item.foreign || event.phone_number_id.empty() || event.kind == whatsapp::ItemKind::kUnparsed) return;
  const auto origin = std::tie(item.item.tenant.value, event.phone_number_id, event.waba_id);
  // Neighbours mostly have the same; what comes twice is only told twice.
  if (origins.empty() || origins.back() != origin) origins.emplace_back(origin);
}

/// News about a template, and whose.
void add_news(std::vector<Intake::AccountNews>& news, const AcceptItem& item) {
  if (const auto* change = std::get_if<whatsapp::Change>(&item.event.what); change && !item.foreign)
    news.push_back({item.item.tenant, item.event.waba_id, change->field, change->view.data,
                    from_ms(item.event.timestamp_s * 1'000)});
}

}  // namespace

Intake::Intake(IoPool& io, Inbox& inbox, Ledger& ledger, Directory& directory, Conversations& conversations,
               Clock& clock, Metrics& metrics)
    : io_(io),
      inbox_(inbox),
      ledger_(ledger),
      directory_(directory),
      conversations_(conversations),
      clock_(clock),
      accepted_(items(metrics, "accepted")),
      duplicates_(items(metrics, "duplicate")),
      foreign_(items(metrics, "foreign_number")),
      refused_(items(metrics, "refused")) {}

Intake::~Intake() {
  stop();
}

void Intake::start() {
  tasks_.spawn(io_.executor(io_.size() - 1), "intake", run());
}

void Intake::stop() {
  stopping_ = true;
  inbox_.stop();
  tasks_.join();
}

AcceptItem Intake::prepare(InboundItem item) const {
  AcceptItem prepared;
  prepared.event = whatsapp::parse_item(static_cast<whatsapp::ItemKind>(item.kind), item.raw);
  const auto tenant = directory_.by_id(item.tenant);
  const std::string& number = prepared.event.phone_number_id;
  // A change without a number (templates, account) belongs to the WABA, and so to whoever could sign it.
  // Nobody has claimed what is of tenant 0.
  prepared.foreign = item.foreign || !item.tenant || (!number.empty() && !(tenant && tenant->owns_number(number)));
  // A message without a number could not be answered.
  if (number.empty() && std::holds_alternative<whatsapp::Message>(prepared.event.what)) prepared.foreign = true;
  if (prepared.foreign)
    log::warn("intake.foreign_number tenant={} phone_number_id={} seq={}", tenant ? tenant->name : "?", number,
              item.seq.value);
  if (prepared.event.kind == whatsapp::ItemKind::kUnparsed)
    log::warn("intake.unparsed tenant={} bytes={} seq={}", tenant ? tenant->name : "?", item.raw.size(),
              item.seq.value);
  if (const auto* message = std::get_if<whatsapp::Message>(&prepared.event.what)) {
    // WhatsApp itself speaks in `system` messages, and not every group is to be answered: they are kept and shown.
    if (!message->group_id.empty() && !(tenant && tenant->answers_group(message->group_id)))
      prepared.ignore_reason = "group";
    if (message->type == "system") prepared.ignore_reason = "system_message";
  }
  if (prepared.event.kind == whatsapp::ItemKind::kEcho && tenant && !prepared.foreign)
    prepared.held_until = clock_.now() + tenant->session.take_over;
  if (tenant && tenant->policy_of(number) == ChannelPolicy::kDisabled) prepared.ignore_reason = "channel_disabled";
  if (tenant)
    if (const auto* message = std::get_if<whatsapp::Message>(&prepared.event.what))
      prepared.releases = opt_word(*tenant, message->body) != OptWord::kOut;
  prepared.item = std::move(item);
  return prepared;
}

Task<bool> Intake::accept(const std::vector<InboundItem>& items) {
  const auto began = clock_.now();
  for (bool in_doubt = false; !stopping_; in_doubt = true) {
    std::vector<AcceptItem> prepared;
    prepared.reserve(items.size());
    std::size_t foreign = 0;
    std::vector<Origin> origins;
    std::vector<AccountNews> news;
    for (const auto& item : items) {
      prepared.push_back(prepare(item));
      foreign += prepared.back().foreign;
      if (heard_) add_origin(origins, prepared.back());
      if (news_heard_) add_news(news, prepared.back());
    }
    auto accepted = co_await ledger_.accept(std::move(prepared), ledger_.fence());
    if (accepted) {
      accepted_.add(items.size() - accepted->duplicates);
      duplicates_.add(accepted->duplicates);
      foreign_.add(foreign);
      for (const auto& [tenant, number, waba] : origins)
        if (const auto known = directory_.by_id(TenantId{tenant})) heard_(*known, number, waba);
      // Also what came twice: what it says is held to the time at which Meta said it.
      for (const auto& each : news) news_heard_(each);
      if (in_doubt && accepted->duplicates > 0) {
        conversations_.look_again();
        co_await look_for_released(items, began);
      }
      if (released_ && !accepted->released.empty()) released_(std::move(accepted->released));
      for (const auto& changed : accepted->identities) conversations_.follow(changed);
      for (const auto conversation : accepted->held)
        conversations_.withdraw(conversation, fmt::format("answered by hand: {}", kBusinessApp));
      if (by_tenant_)
        for (const auto& message : accepted->pending) by_tenant_->add(message.tenant, TenantCount::kMessages);
      conversations_.offer(std::move(accepted->pending));
      co_return true;
    }
    if (accepted.error().kind == ErrorKind::kFatal && items.size() > 1) co_return co_await accept_one_by_one(items);
    if (accepted.error().kind == ErrorKind::kFatal) {
      // Its bytes stay in the inbox. Going on is right: the items behind it are other people's messages.
      refused_.add();
      log::error("intake.item_refused seq={} reason=\"{}\"", items.front().seq.value, accepted.error().message);
      co_return true;
    }
    if (accepted.error().kind == ErrorKind::kConflict) {
      log::error("intake.lost_ledger reason=\"{}\"", accepted.error().message);
      co_return false;
    }
    co_await clock_.sleep(kStoreRetry);
  }
  co_return false;
}

Task<> Intake::look_for_released(const std::vector<InboundItem>& items, TimePoint began) {
  if (!released_) co_return;
  std::set<std::string> numbers;
  for (const auto& item : items)
    numbers.insert(whatsapp::parse_item(static_cast<whatsapp::ItemKind>(item.kind), item.raw).phone_number_id);
  for (const auto& number : numbers) {
    for (MessageId from{1}; !stopping_;) {
      auto queued = co_await ledger_.queued(number, Urgency::kAnswer, from, kReadAtOnce);
      if (!queued || queued->empty()) break;
      from = MessageId{queued->back().id.value + 1};
      // What was offered beside us meanwhile may be among them: begin_send lets each go once.
      std::erase_if(*queued, [began](const OutboundMessage& message) { return message.created < began; });
      released_(std::move(*queued));
    }
  }
}

Task<bool> Intake::accept_one_by_one(const std::vector<InboundItem>& items) {
  for (const auto& item : items) {
    const std::vector<InboundItem> one{item};
    if (!co_await accept(one)) co_return false;
  }
  co_return true;
}

Task<> Intake::run() {
  while (!stopping_) {
    const auto items = co_await inbox_.next(kBatch);
    if (!items && items.error().kind == ErrorKind::kStopping) co_return;
    if (!items) {
      log::warn("intake.inbox_unreadable reason=\"{}\"", items.error().message);
      co_await clock_.sleep(kStoreRetry);
      continue;
    }
    if (!co_await accept(*items)) co_return;
    inbox_.settle(items->back().seq);
  }
}

}  // namespace claw
