#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "simulator/answer_times.hpp"
#include "simulator/deliveries.hpp"
#include "simulator/events.hpp"
#include "simulator/faults.hpp"
#include "simulator/groups.hpp"
#include "simulator/ids.hpp"
#include "simulator/journal.hpp"
#include "simulator/media.hpp"
#include "simulator/numbers.hpp"
#include "simulator/phones.hpp"
#include "simulator/samples.hpp"
#include "simulator/templates.hpp"
#include "simulator/timers.hpp"
#include "simulator/traffic.hpp"
#include "simulator/webhook_faults.hpp"
#include "simulator/wire.hpp"

namespace claw::sim {

/// How the people of the simulated world behave.
struct Habits {
  /// From the answer to a send to `sent`, from there to `delivered`, from there to `read`.
  std::chrono::milliseconds status_step{150};
  /// What is reported of a business's message, in this order. Empty: nothing ever is.
  std::vector<Tick> statuses{Tick::kSent, Tick::kDelivered, Tick::kRead};
  /// How long Meta looks at a template before it is approved.
  std::chrono::milliseconds template_review{5'000};
};

/// How often things happened. They only go up.
struct Counts {
  std::uint64_t graph_requests = 0, graph_errors = 0;
  std::uint64_t person_messages = 0, business_messages = 0, reads = 0, typings = 0;
  std::uint64_t webhooks = 0, webhook_attempts = 0, webhook_failures = 0, webhooks_answered = 0, webhooks_given_up = 0;
};

/// The simulated Meta: people write, businesses answer, and each side hears of the other.
///
/// It keeps this true: whatever a person writes becomes a webhook, whatever a business sends stands on the person's
/// screen and is followed by its statuses, and each change is told to the pages that listen. Decides nothing about
/// HTTP. Not thread-safe: it lives in a Guarded.
class Meta {
 public:
  static constexpr std::chrono::seconds kTypingLasts{25};  ///< Meta's number.

  /// `clock` must outlive this object. `send` as in Deliveries. `seed` makes the ids; another one each start, or a
  /// business takes new messages for old ones.
  Meta(const Clock& clock, Habits habits, std::uint64_t seed, Deliveries::Send send);

  struct Words {
    std::string text;
    std::string number;    ///< To which phone number id; empty: the only one there is.
    std::string name;      ///< Renames the person where not empty.
    std::string reply_to;  ///< wamid, or empty.
    std::string type = "text";
    /// What the webhook's message holds beside from, id, time and type: {T: {…}, "context"?, …}; made of `text` where
    /// it is empty.
    boost::json::object message{};
    std::shared_ptr<const std::string> file{};  ///< Bytes that message[type] tells of; shared with the store.
    bool from_ad = false;                       ///< They came by an ad: the service window is the longer one.
  };
  /// A person writes, shows, reacts or takes back. Returns the wamid. Fails with kInvalid (text empty or over kMaxText,
  /// number not told though there are several), kNotFound (no such number), kTransient (too many webhooks wait, or too
  /// many people). REQUIRES: `wa_id` is digits; `words` as read_person_message() makes them.
  Result<std::string> say(std::string_view wa_id, Words words);
  static constexpr std::size_t kMaxText = 65'536;  ///< What a person may type; bytes.

  struct Send {
    const Number* number = nullptr;
    std::string to{};       ///< Digits, or empty.
    std::string user_id{};  ///< BSUID, where `to` is empty.
    std::string group{};    ///< A group's id, where both are empty: one that is there.
    std::string type = "text";
    std::string text{};
    boost::json::value content{};  ///< Of any type but text, as in the request.
    bool voice = false;            ///< A recording: it is reported `played`.
    std::string reply_to{};
    std::string callback_data{};
    bool has_callback_data = false;
    int version = 25;        ///< Graph version of the call.
    std::string category{};  ///< Of a template; empty: free-form, and wants an open service window.
  };
  /// A business writes: accepted always, as Meta does. It fails later, by status 131026 where no person can be found,
  /// by 131009 where it reacts to what is not in their thread, by 131047 where it is free-form and the service window
  /// is closed.
  std::string accept(const Send& send);

  /// A business marks a person's message read, and shows typing if asked. False: that message never came to this
  /// number.
  [[nodiscard]] bool mark_read(const Number& number, std::string_view id, bool typing);

  /// Something happens that is no message: a webhook of any field, to the callback of `number`. `value` is sent as it
  /// is; account fields carry the time. False while too many webhooks wait.
  [[nodiscard]] bool tell(const Number& number, std::string_view field, boost::json::object value, bool with_time);

  /// Sends a webhook on its way, past the faults that may strike it.
  void post(Delivery delivery);

  /// Notes an exchange in the journal and tells the pages.
  void note(Exchange exchange);

  Numbers numbers;
  Phones phones;
  Groups groups;
  MediaStore media;
  Templates templates;
  Samples samples;
  Traffic traffic;
  AnswerTimes answer_times;
  Faults faults;
  Journal journal;
  Events events;
  Timers timers;
  IdMaker ids;
  Habits habits;
  Counts counts;
  std::string origin = "http://127.0.0.1:9500";  ///< What media URLs begin with.

  [[nodiscard]] TimePoint now() const { return clock_.now(); }
  [[nodiscard]] Deliveries& deliveries() { return deliveries_; }
  /// How many webhooks are neither answered nor given up.
  [[nodiscard]] std::size_t webhooks_open() const { return webhooks_.open(); }
  /// Tells the pages that a message stands or changed.
  void publish(const Person& person, const Message& message);

 private:
  struct Outbound;
  [[nodiscard]] Sender sender(const Person& person, const Number& number);
  void keep_file(const Number& number, Words& words);
  void apply(const Person& person, Side side, const std::string& type, const boost::json::value& content);
  std::string accept_in_group(const Send& send);
  /// Tells a group's members' statuses one by one.
  void report_in_group(const Outbound& outbound, Tick tick);
  void schedule(Outbound outbound, std::size_t step);
  void report(const Outbound& outbound, Tick tick, bool priced);
  /// The person it goes to; nullptr where there is none, or the id is another portfolio's.
  Person* recipient(const Send& send);
  /// Meta's code of why a message will fail; 0: it arrives.
  int failure_of(const Send& send, const Person* person);
  void show_delivery(const Delivery& delivery, const std::string& id);
  void on_delivery(const Delivery& delivery, const AttemptResult* result);
  void set_typing(Person& person, const std::string& number, bool typing);
  Result<const Number*> number_for(const std::string& id) const;

  const Clock& clock_;
  Deliveries deliveries_;
  WebhookFaults webhooks_;
};

}  // namespace claw::sim
