#pragma once

#include <atomic>
#include <memory>

#include "base/io_pool.hpp"
#include "base/metrics.hpp"
#include "base/task_group.hpp"
#include "delivery/campaign_gate.hpp"
#include "delivery/lane.hpp"
#include "delivery/outgoing_files.hpp"
#include "delivery/send_permit.hpp"
#include "graph/account.hpp"
#include "graph/graph.hpp"
#include "ledger/backlog.hpp"
#include "ledger/ledger.hpp"
#include "tenancy/directory.hpp"
#include "tenancy/tenant_metrics.hpp"

namespace claw {

/// Gives the ledger's outbound messages to Meta: within a conversation one after the other, across conversations side
/// by side, as fast as Meta lets the phone number send (delivery/lane.hpp says which message is next).
///
/// Before the first byte goes out the ledger knows of it, so that a crash leaves `unknown` and never a second send.
/// Whether a free-form message may go at all is known before the call, by the person's service window: outside of it
/// the message fails at once, goes as the tenant's template, or waits until the person writes (DeliverySettings).
///
/// A message that must be tried again holds back its own conversation only, a throughput limit its number. A token or
/// permission that Meta refuses holds its number too: one message now and then tries, those in memory are told
/// in the ledger what they wait for, and within kTokenCheck of a changed token or app secret the next one goes.
///
/// All work of a phone number is done on one io thread. Safe from any thread.
class Outbox {
 public:
  /// Messages of a phone number in memory, and as many of its campaigns; its others wait in the ledger. Each number has
  /// its own, so that one whose sends are refused for hours takes nothing from the others; and one person fills no
  /// number (Lane).
  static constexpr std::size_t kMaxInMemoryPerNumber = 1'000;
  static constexpr std::chrono::seconds kTokenCheck{1};
  /// How often Meta is asked for a number's throughput, and how soon again where it did not say.
  static constexpr std::chrono::hours kAskRateEvery{24};
  static constexpr std::chrono::minutes kAskRateAgain{10};

  /// All must outlive this object. `files` null: messages go as they are. With an `account` each number sends as fast
  /// as Meta says that it may, and as slowly as the slowest until it has said so; without, as `limits` say.
  Outbox(IoPool& io, Ledger& ledger, Directory& directory, Graph& graph, Clock& clock, Metrics& metrics,
         const SendLimits& limits = {}, OutgoingFiles* files = nullptr, GraphAccount* account = nullptr);
  /// REQUIRES: the HTTP client behind `graph` was closed, or no call is under way: calls are waited for.
  ~Outbox();

  /// Asked before each send; it outlives this object. REQUIRES: called before start().
  void set_permit(SendPermit& permit) { permit_ = &permit; }
  /// Counts how sends end; it outlives this object. REQUIRES: called before start().
  void count_by_tenant(TenantMetrics& metrics) { by_tenant_ = &metrics; }

  /// Begins with what waits in the ledger.
  void start();
  /// Messages that are in the ledger as queued, each conversation's in order.
  void offer(std::vector<OutboundMessage> messages);
  /// Messages that were passed over and are queued again, parked before or run again, however old they are.
  void reopen(std::vector<OutboundMessage> messages);
  /// Messages came in through this number: Meta counts them into its throughput.
  void heard(const std::string& phone_number_id, std::size_t messages);
  /// The throughput of the tenant's numbers may have changed: Meta is asked anew with their next message.
  void ask_rates(const Tenant& tenant);
  /// True while Meta refuses the number's token: an answer could not be sent, so that nobody should see it typed.
  [[nodiscard]] bool holds(const std::string& phone_number_id) const;
  /// Why holds() is true, in words for the tenant's admin; nothing where it is not.
  [[nodiscard]] std::optional<std::string> why_held(const std::string& phone_number_id) const;
  /// Begins no further send and waits for those under way, `patience` at most. Those that last longer end with the HTTP
  /// client, and are `unknown`. Not to be called from an io thread.
  void stop(std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t in_memory() const;
  /// Numbers that holds() is true of.
  [[nodiscard]] std::size_t held_numbers() const;

 private:
  struct Number;
  /// Begins to read what waits for it in the ledger.
  void feed(Number& number);
  void take_in(Number& number, OutboundMessage message);
  /// Makes the number where there is none; a new one begins with what waits for it in the ledger.
  Number& number_of(const std::string& phone_number_id);
  [[nodiscard]] Number* find(const std::string& phone_number_id) const;
  Task<> open_numbers();
  /// Sends what may go now, and comes again when more may. `place`: the number was given one at the gate of campaigns.
  void pump(Number& number, bool place = false);
  void begin(Number& number, OutboundMessage& message, TimePoint now);
  bool enter_gate(Number& number);
  Task<> pump_at(Number& number, TimePoint at);
  void try_a_changed_token(Number& number, TimePoint now);
  Task<> explain(Number& number);
  Task<> fetch(Number& number, Lane::Wanted wanted);
  Task<> deliver(Number& number, OutboundMessage& message);
  /// True if the message is finished with; false if it is to be tried again at its new due time. A campaign's has left
  /// the gate when it is called out to Meta.
  Task<bool> send(Number& number, OutboundMessage& message, CampaignGate::Place& at_gate);
  /// The message as it is sent, with its files at Meta; nothing where that is for later, or never: then `finished`
  /// says what send() does.
  Task<std::optional<whatsapp::Outgoing>> with_files(const TenantRef& tenant, Number& number, OutboundMessage& message,
                                                     bool& finished);
  /// Nothing where the message may go, by a closed window as what is put into `instead`; else as send() ends.
  Task<std::optional<bool>> mind_window(const Tenant& tenant, Number& number, OutboundMessage& message,
                                        std::optional<whatsapp::Outgoing>& instead);
  [[nodiscard]] SendLimits first_limits() const;
  /// Nothing where the person may be written to; else as send() ends.
  Task<std::optional<bool>> ask_permit(const TenantRef& tenant, OutboundMessage& message);
  Task<> learn_rate(Number& number, TenantRef tenant);
  /// After a limit of an account or an app: its other numbers rest too.
  void rest_others(const Tenant& tenant, const Number& number, RestScope scope, TimePoint until);
  Task<bool> park(const Tenant& tenant, Number& number, OutboundMessage& message);
  Task<bool> give_up(OutboundMessage& message, std::string reason, std::int64_t error_code = 0);
  Task<bool> taken_back(Number& number, OutboundMessage& message, Fence fence);
  Task<bool> keep(MessageId message, const SendOutcome& outcome);

  IoPool& io_;
  Ledger& ledger_;
  Directory& directory_;
  Graph& graph_;
  OutgoingFiles* const files_;
  GraphAccount* const account_;
  Clock& clock_;
  const SendLimits limits_;
  Counter& sent_;
  Counter& retried_;
  Counter& failed_;
  Counter& unknown_;
  TenantMetrics* by_tenant_ = nullptr;  // constant after start()
  SendPermit* permit_ = nullptr;        // the same
  Counter& parked_;
  Counter& as_template_;
  std::array<Counter*, Lane::kLimits> held_back_;
  Histogram& wait_;
  std::atomic<bool> stopping_ = false;
  CampaignGate gate_;  // between a message's turn and its call to Meta, over all numbers
  mutable std::mutex numbers_mutex_;
  bool started_ = false;                                              // guarded by numbers_mutex_
  std::unordered_map<std::string, std::unique_ptr<Number>> numbers_;  // guarded by numbers_mutex_; they stay
  TaskGroup tasks_;  // last: cancelled and joined before what its tasks use goes
};

}  // namespace claw
