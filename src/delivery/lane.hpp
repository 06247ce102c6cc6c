#pragma once

#include <array>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "delivery/circuit.hpp"
#include "delivery/rate_limit.hpp"
#include "delivery/retry.hpp"
#include "ledger/ledger.hpp"

namespace claw {

/// What goes out through one phone number, and which message goes next: the one that has been due for longest among
/// the first of each conversation, as far as places in flight, the number's rate, the pair's rate and the circuit
/// allow. A conversation that had its turn stands at the end again, so that a long answer starves nobody.
///
/// Answers go before campaigns (Urgency), so that of twenty thousand templates none delays anybody who wrote; within a
/// conversation too, where the two are as if they were two conversations.
///
/// Pure: no waits, no I/O. Not thread-safe.
class Lane {
 public:
  /// Places in flight: enough for a number's rate where a call lasts kLongCall, and kMinInFlight at least.
  static constexpr std::size_t kMinInFlight = 64;
  static constexpr double kLongCall = 0.5;  ///< Seconds.
  static constexpr std::size_t kMaxInFlight = 500;
  /// Of the places in flight a campaign leaves a quarter to answers, for an end may take seconds.
  static constexpr std::size_t kCampaignShare = 4;
  /// Messages of one conversation in memory; of its others only the ids are kept, 8 bytes each. A person who gets
  /// thousands of answers, one in 6 s, must not take the number's memory from everybody else.
  static constexpr std::size_t kMaxOfConversation = 20;

  /// What a message that would be next is held back by.
  enum class Limit { kRate, kRest, kPair, kAuthorization };
  static constexpr std::size_t kLimits = 4;

  explicit Lane(const SendLimits& limits) : rate_(limits.messages_per_second), pairs_(limits.pair_interval) {}

  /// Each conversation's messages in order. False where only the id was kept: the message is to be forgotten, and will
  /// be asked for by take_wanted().
  [[nodiscard]] bool add(OutboundMessage message, TimePoint now);

  /// Messages whose turn has come and of which only the ids are here: each is to be given back, or said to be gone.
  struct Wanted {
    ConversationId conversation;
    Urgency urgency;
    MessageId message;
  };
  [[nodiscard]] std::vector<Wanted> take_wanted();
  void give_back(OutboundMessage message, TimePoint now);
  void gone(const Wanted& wanted);

  /// The message of this urgency to be sent now, which has a place in flight until it is finished() or put_back(); null
  /// if none may go. The pointer holds until then. Answers go before campaigns: who asks for these has asked for those.
  [[nodiscard]] OutboundMessage* next(Urgency urgency, TimePoint now);
  /// When next(), which said none, may have one again; TimePoint::max() if only an add() or an end can change that.
  [[nodiscard]] TimePoint look_again_at() const { return look_again_at_; }
  /// Whether any conversation has a message of this urgency that is not in flight.
  [[nodiscard]] bool waits(Urgency urgency) const { return !heads_[static_cast<std::size_t>(urgency)].empty(); }

  /// What Meta's answer to a message that went means for the others. `began`: when it was given by next().
  void judge(const OutboundMessage& message, const GraphOutcome& outcome, TimePoint began, TimePoint now);
  /// A message of next() is done with, and gone; the next of its conversation may go. True if it came by add(), false
  /// by give_back().
  bool finished(const OutboundMessage& message, TimePoint now);
  /// It is to be tried again at its `due`.
  void put_back(const OutboundMessage& message);

  /// Meta lets the number send as fast as this from now on.
  void set_rate(double messages_per_second, TimePoint now) { rate_.set_limit(messages_per_second, now); }
  /// Nothing goes before `until`: a limit that the number has together with others was met.
  void rest(TimePoint until) { rests_until_ = std::max(rests_until_, until); }
  /// Messages came in through the number.
  void heard(std::size_t messages, TimePoint now) { rate_.heard(messages, now); }
  /// What may mend a refused token was changed: those that wait for it are due.
  void try_authorization_now(TimePoint now);

  [[nodiscard]] bool is_held() const { return circuit_.is_open(); }
  /// Why it is held: Meta's last word. REQUIRES: is_held().
  [[nodiscard]] const GraphFailure& trouble() const { return trouble_; }
  /// Messages in memory that wait behind the trouble and were not named before.
  [[nodiscard]] std::vector<MessageId> take_unexplained();

  /// How many messages were held back by each limit since the last call.
  [[nodiscard]] std::array<std::size_t, kLimits> take_held_back();
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

 private:
  /// A conversation and an urgency.
  using Key = std::int64_t;
  struct Conversation {
    std::deque<OutboundMessage> queue;
    std::deque<MessageId> ids;  ///< What comes after the queue.
    bool given_back = false;    ///< The first in the queue came by give_back().
    bool probe = false;
    bool refused_authorization = false;
    std::optional<Limit> held_back;  ///< The first in the queue, last.
  };
  /// The first message of a conversation that is not in flight.
  struct Head {
    TimePoint at;
    std::uint64_t turn;  ///< Of the same time the one that came first.
    Key key;
    friend auto operator<=>(const Head&, const Head&) = default;
  };

  using Heads = std::set<Head>;

  static Key key_of(ConversationId conversation, Urgency urgency) {
    return conversation.value * 2 + static_cast<Key>(urgency);
  }
  static Key key_of(const OutboundMessage& message) { return key_of(message.conversation, urgency_of(message)); }
  static ConversationId conversation_of(Key key) { return ConversationId{key / 2}; }
  Heads& heads_of(Key key) { return heads_[static_cast<std::size_t>(key % 2)]; }

  /// The next of a conversation may go.
  void go_on(Key key, Conversation& conversation, TimePoint now);
  void queue_up(Key key, TimePoint at) { heads_of(key).insert({at, ++turns_, key}); }
  Conversation& take_out_of_flight(Key key);
  [[nodiscard]] std::size_t places() const;
  void hold_back(Conversation& conversation, Limit limit);
  [[nodiscard]] std::pair<TimePoint, Limit> number_allows(TimePoint now);

  std::unordered_map<Key, Conversation> conversations_;  // elements stay in place
  std::array<Heads, 2> heads_;                           // by Urgency
  std::uint64_t turns_ = 0;
  std::size_t in_flight_ = 0;
  TimePoint look_again_at_ = TimePoint::max();
  NumberRate rate_;
  PairRates pairs_;
  Circuit circuit_;
  TimePoint rests_until_{};
  GraphFailure trouble_;
  std::vector<MessageId> unexplained_;
  std::vector<Wanted> wanted_;
  std::array<std::size_t, kLimits> held_back_{};
};

}  // namespace claw
