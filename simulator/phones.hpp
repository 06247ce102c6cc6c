#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/clock.hpp"

namespace claw::sim {

/// Who wrote a message.
enum class Side { kPerson, kBusiness };

/// How far a message has come. Of a person's message: kSending until the business's server took the webhook (kSent),
/// kRead when the business marked it read. Of a business's message: as the statuses that Meta reports.
enum class Tick { kSending, kSent, kDelivered, kRead, kPlayed, kFailed };
[[nodiscard]] const char* to_string(Tick tick);

/// Where the webhook that carries a person's message stands.
struct DeliveryView {
  std::string state = "waiting";  ///< waiting | in_flight | answered | given_up
  int attempts = 0;
  int status = 0;      ///< HTTP status of the last attempt; 0: no answer.
  std::string reason;  ///< Why the last attempt did not count, in words.
  std::optional<TimePoint> next_try;
};

struct Message {
  std::string id;  ///< wamid
  std::string number;
  Side from = Side::kPerson;
  std::string type = "text";
  std::string text;  ///< What one reads of it, in words: of a picture its caption.
  /// JSON object with "content" (as its webhook or its request has it), "context" and "referral" where it has them;
  /// empty for a plain text.
  std::string details;
  std::string reply_to;  ///< The wamid it quotes, or empty.
  TimePoint at;
  Tick tick = Tick::kSending;
  std::vector<std::pair<Tick, TimePoint>> statuses;  ///< What was reported of a business's message, and when.
  std::string error;                                 ///< Why it failed, in words.
  std::string person_reaction, business_reaction;    ///< Emoji on it, or empty.
  bool edited = false, revoked = false;              ///< The person changed it, took it back.
  DeliveryView delivery;                             ///< Of a person's message.
};

struct Person {
  std::string wa_id;
  std::string name;
  std::string username;          ///< Where not empty, businesses are not told the phone number.
  bool has_parent = false;       ///< Businesses are told a parent BSUID too.
  std::deque<Message> messages;  ///< Oldest first; the oldest may be gone (Phones::kMaxMessages).
  std::uint64_t first = 0;       ///< How many are gone.
  std::map<std::string, TimePoint, std::less<>> typing_until;  ///< By number id.
  TimePoint changed;

  [[nodiscard]] bool sees_typing(TimePoint now) const;
  [[nodiscard]] bool sees_typing(std::string_view number, TimePoint now) const;
};

/// The people of the simulated world and what stands on their screens.
///
/// Bounded: the oldest messages go first. Everything per message is constant time. Not thread-safe.
class Phones {
 public:
  static constexpr std::size_t kMaxPersons = 500'000;
  static constexpr std::size_t kMaxMessages = 200'000;  ///< Over all people; about 700 bytes each.

  /// The person with these digits, made where unseen; `name` renames where not empty. nullptr when kMaxPersons are
  /// there.
  Person* put(std::string_view wa_id, std::string_view name);
  [[nodiscard]] Person* find(std::string_view wa_id);
  [[nodiscard]] const std::unordered_map<std::string, std::unique_ptr<Person>>& all() const { return persons_; }

  /// The person's id at a portfolio. From then on find_bsuid() knows it, and its parent.
  const std::string& bsuid(const Person& person, const std::string& portfolio);
  [[nodiscard]] Person* find_bsuid(std::string_view bsuid);

  /// The reference lives until the next add().
  Message& add(Person& person, Message message);

  struct Found {
    Person* person = nullptr;
    Message* message = nullptr;
    explicit operator bool() const { return message != nullptr; }
  };
  [[nodiscard]] Found find_message(std::string_view id);

  /// Marks a person's message read, and every earlier one of theirs to the same number. Returns those that changed.
  std::vector<Message*> mark_read(Found found);

  [[nodiscard]] std::size_t messages() const { return order_.size(); }

 private:
  struct Place {
    Person* person;
    std::uint64_t index;  ///< Counting those that are gone.
  };
  void forget_oldest();

  std::unordered_map<std::string, std::unique_ptr<Person>> persons_;  // unique_ptr: pointers to people stay
  std::unordered_map<std::string, Place> by_id_;
  std::unordered_map<std::string, Person*> by_bsuid_;
  std::map<std::pair<std::string, std::string>, std::string> bsuids_;  ///< (portfolio, wa_id)
  std::deque<Person*> order_;                                          ///< Whose message came, oldest first.
};

/// {"id", "number", "from": "person"|"business", "type", "text", "at" (ms), "status", "content"?, "context"?,
/// "referral"?, "reply_to"?, "reactions"?, "edited"?, "revoked"?, "statuses"?, "error"?, "delivery"? (of a person's
/// message)}
[[nodiscard]] boost::json::object message_json(const Message& message);
[[nodiscard]] boost::json::object delivery_json(const DeliveryView& delivery);

}  // namespace claw::sim
