#include "simulator/meta.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/error_codes.hpp"

namespace claw::sim {

namespace json = boost::json;

/// What is needed to report on a business's message, also after it fell out of the bounded thread.
struct Meta::Outbound {
  std::string id, number, wa_id, user_id;
  std::string callback_data;
  bool has_callback_data;
  bool by_phone;
  int failure;  ///< Meta's code of why it will fail; 0: it arrives.
  int version;
  std::string category;
  TimePoint sent_at;
};

Meta::Meta(const Clock& clock, Habits chosen, std::uint64_t seed, Deliveries::Send send)
    : traffic(clock),
      faults(clock, seed),
      timers(clock),
      ids(seed),
      habits(std::move(chosen)),
      clock_(clock),
      deliveries_(clock, timers, numbers, std::move(send),
                  [this](const Delivery& delivery, const AttemptResult* result) { on_delivery(delivery, result); }),
      webhooks_(timers, faults, deliveries_) {}

Result<const Number*> Meta::number_for(const std::string& id) const {
  if (id.empty()) {
    if (numbers.all().size() == 1) return &numbers.all().begin()->second;
    return fail(ErrorKind::kInvalid, numbers.all().empty() ? "there is no business number yet"
                                                           : "there are several numbers: say \"to\" which one");
  }
  const Number* number = numbers.find(id);
  if (!number) return fail(ErrorKind::kNotFound, fmt::format("there is no number {}", id));
  return number;
}

Result<std::string> Meta::say(std::string_view wa_id, Words words) {
  if (words.text.empty()) return fail(ErrorKind::kInvalid, "\"text\" must not be empty");
  if (words.text.size() > kMaxText)
    return fail(ErrorKind::kInvalid, fmt::format("\"text\" is over {} bytes", kMaxText));
  const auto number = number_for(words.number);
  if (!number) return std::unexpected(number.error());
  if (!webhooks_.has_room()) return fail(ErrorKind::kTransient, "too many webhooks wait");
  const bool seen = phones.find(wa_id) != nullptr;
  Person* person = phones.put(wa_id, words.name);
  if (!person) return fail(ErrorKind::kTransient, "too many people");
  if (!seen) events.publish({}, "phones", {{"wa_id", person->wa_id}});

  const Sender sender{person->wa_id, phones.bsuid(*person, (*number)->waba), person->name};
  Message message;
  message.id = ids.wamid(Direction::kInbound, wa_id);
  message.number = (*number)->id;
  message.text = std::move(words.text);
  message.reply_to = std::move(words.reply_to);
  message.at = now();
  Delivery delivery;
  delivery.number = message.number;
  delivery.phone = person->wa_id;
  delivery.message = message.id;
  delivery.what = "text";
  delivery.body = std::make_shared<const std::string>(
      text_webhook(**number, sender, message.id, message.at, message.text, message.reply_to));
  ++counts.person_messages;
  traffic.person_wrote(**number, person->wa_id, words.from_ad);
  const Message& kept = phones.add(*person, std::move(message));
  std::string id = kept.id;
  publish(*person, kept);
  post(std::move(delivery));
  return id;
}

int Meta::failure_of(const Send& send, const Person* person) {
  const auto doomed = faults.strike(send.number->id, person ? person->wa_id : send.to,
                                    [](const Fault& fault) { return fault.kind == FaultKind::kFailedStatus; });
  if (doomed) return doomed->code;
  if (!person) return 131026;
  const bool bound = send.category.empty() && send.number->limits.service_window;
  return bound && !traffic.window_open(*send.number, person->wa_id) ? 131047 : 0;
}

std::string Meta::accept(const Send& send) {
  Person* person = send.to.empty() ? phones.find_bsuid(send.user_id) : phones.find(send.to);
  Outbound outbound{.id = ids.wamid(Direction::kOutbound, send.to.empty() ? send.user_id : send.to),
                    .number = send.number->id,
                    .wa_id = person ? person->wa_id : send.to,
                    .user_id = person ? phones.bsuid(*person, send.number->waba) : send.user_id,
                    .callback_data = send.callback_data,
                    .has_callback_data = send.has_callback_data,
                    .by_phone = !send.to.empty(),
                    .failure = failure_of(send, person),
                    .version = send.version,
                    .category = send.category,
                    .sent_at = now()};
  std::string id = outbound.id;
  ++counts.business_messages;
  if (person) {
    set_typing(*person, send.number->id, false);
    Message message;
    message.id = id;
    message.number = send.number->id;
    message.from = Side::kBusiness;
    message.text = send.text;
    message.reply_to = send.reply_to;
    message.at = now();
    publish(*person, phones.add(*person, std::move(message)));
  }
  if (outbound.failure != 0 || !habits.statuses.empty()) schedule(std::move(outbound), 0);
  return id;
}

void Meta::schedule(Outbound outbound, std::size_t step) {
  timers.after(habits.status_step, [this, outbound = std::move(outbound), step]() mutable {
    if (outbound.failure != 0) return report(outbound, Tick::kFailed, false);
    const Tick tick = habits.statuses[step];
    // Meta prices `sent`, and one of the two that follow it.
    const bool priced = tick == Tick::kSent || step == 0 || habits.statuses[step - 1] == Tick::kSent;
    report(outbound, tick, priced);
    if (step + 1 < habits.statuses.size()) schedule(std::move(outbound), step + 1);
  });
}

void Meta::report(const Outbound& outbound, Tick tick, bool priced) {
  const Number* number = numbers.find(outbound.number);
  if (!number) return;
  const auto found = phones.find_message(outbound.id);
  Sender to{outbound.wa_id, outbound.user_id, found ? found.person->name : std::string()};
  StatusFacts facts{.id = outbound.id,
                    .status = to_string(tick),
                    .at = now(),
                    .callback_data = outbound.callback_data,
                    .has_callback_data = outbound.has_callback_data,
                    .priced = priced,
                    .version = outbound.version,
                    .category = outbound.category,
                    .sent_at = outbound.sent_at};
  if (tick == Tick::kFailed) {
    const KnownError* known = find_error(outbound.failure);
    facts.error_code = outbound.failure;
    facts.error_title = known ? known->title : "Error";
    facts.error_details = known ? known->details : std::string_view();
    // A failed send by phone number tells no BSUID.
    if (outbound.by_phone) to.user_id.clear();
  }
  if (found) {
    found.message->tick = tick;
    if (facts.error_code != 0) found.message->error = fmt::format("{}: {}", facts.error_code, facts.error_details);
    found.message->statuses.emplace_back(tick, now());
    publish(*found.person, *found.message);
  }
  Delivery delivery;
  delivery.number = number->id;
  delivery.phone = outbound.wa_id;
  delivery.message = outbound.id;
  delivery.what = to_string(tick);
  delivery.body = std::make_shared<const std::string>(status_webhook(*number, to, facts));
  post(std::move(delivery));
}

void Meta::post(Delivery delivery) {
  ++counts.webhooks;
  if (!webhooks_.add(std::move(delivery))) ++counts.webhooks_given_up;
}

bool Meta::mark_read(const Number& number, std::string_view id, bool typing) {
  const auto found = phones.find_message(id);
  if (!found || found.message->from != Side::kPerson || found.message->number != number.id) return false;
  ++counts.reads;
  for (const Message* message : phones.mark_read(found)) publish(*found.person, *message);
  if (typing) {
    ++counts.typings;
    set_typing(*found.person, number.id, true);
  }
  return true;
}

void Meta::set_typing(Person& person, const std::string& number, bool typing) {
  const bool before = person.sees_typing(number, now());
  if (typing) {
    const TimePoint until = now() + kTypingLasts;
    person.typing_until[number] = until;
    timers.after(kTypingLasts, [this, &person, number, until] {
      // A later call may have prolonged it, a reply ended it.
      const auto found = person.typing_until.find(number);
      if (found == person.typing_until.end() || found->second != until) return;
      person.typing_until.erase(found);
      events.publish(person.wa_id, "typing", {{"phone", person.wa_id}, {"number", number}, {"typing", false}});
    });
  } else {
    person.typing_until.erase(number);
  }
  if (before != typing && events.heard(person.wa_id))
    events.publish(person.wa_id, "typing", {{"phone", person.wa_id}, {"number", number}, {"typing", typing}});
}

void Meta::publish(const Person& person, const Message& message) {
  if (!events.heard(person.wa_id)) return;
  events.publish(person.wa_id, "message", {{"phone", person.wa_id}, {"message", message_json(message)}});
}

void Meta::note(Exchange exchange) {
  const Exchange& kept = journal.add(std::move(exchange));
  if (!events.heard(kept.phone)) return;
  events.publish(kept.phone, "exchange",
                 {{"phone", kept.phone},
                  {"message", kept.message},
                  {"seq", kept.seq},
                  {"kind", kept.kind},
                  {"what", kept.what},
                  {"status", kept.status},
                  {"outcome", kept.outcome}});
}

void Meta::show_delivery(const Delivery& delivery, const std::string& id) {
  const auto found = phones.find_message(id);
  if (!found || found.message->from != Side::kPerson) return;
  Message& message = *found.message;
  message.delivery = {to_string(delivery.state), delivery.attempts, delivery.status, delivery.reason,
                      delivery.next_try};
  if (delivery.state == Delivery::State::kAnswered && message.tick == Tick::kSending) message.tick = Tick::kSent;
  if (delivery.state == Delivery::State::kGivenUp) message.tick = Tick::kFailed;
  publish(*found.person, message);
}

void Meta::on_delivery(const Delivery& delivery, const AttemptResult* result) {
  show_delivery(delivery, delivery.message);
  for (const auto& id : delivery.also) show_delivery(delivery, id);
  if (!result) return;
  ++counts.webhook_attempts;
  const bool answered = delivery.state == Delivery::State::kAnswered;
  ++(answered ? counts.webhooks_answered : counts.webhook_failures);
  if (delivery.state == Delivery::State::kGivenUp) ++counts.webhooks_given_up;
  const Number* number = numbers.find(delivery.number);
  note(Exchange{.at = now(),
                .kind = "webhook",
                .what = delivery.what,
                .number = delivery.number,
                .phone = delivery.phone,
                .message = delivery.message,
                .method = "POST",
                .url = number ? number->callback : std::string(),
                .status = result->status,
                .outcome = answered         ? "ok"
                           : result->status ? "refused"
                                            : "unreachable",
                .reason = result->reason,
                .attempt = delivery.attempts,
                .next_try = delivery.next_try,
                .took_ms = result->took.count(),
                .request = delivery.body,
                .answer = result->answer});
}

}  // namespace claw::sim
