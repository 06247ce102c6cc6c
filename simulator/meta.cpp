#include "simulator/meta.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "simulator/error_codes.hpp"
#include "simulator/words.hpp"

namespace claw::sim {

namespace json = boost::json;

/// What is needed to report on a business's message, also after it fell out of the bounded thread.
struct Meta::Outbound {
  std::string id, number, wa_id;
  Sender to;                   ///< Without phone where the business does not know it.
  std::vector<Tick> statuses;  ///< What is reported of it.
  std::string callback_data;
  bool has_callback_data;
  bool by_phone;
  int failure;  ///< Meta's code of why it will fail; 0: it arrives.
  int version;
  std::string category;
  TimePoint sent_at;
  std::string group{};  ///< Where it goes to a group.
};

namespace {

// Meta's codes.
constexpr int kUndeliverable = 131026;
constexpr int kInvalidParameter = 131009;
constexpr int kWindowClosed = 131047;

/// What a Message keeps of its webhook; nothing for a plain text.
std::string details_of(const std::string& type, const json::object& message) {
  json::object kept;
  if (const json::value* content = message.if_contains(type); content && type != "text") kept["content"] = *content;
  for (const char* name : {"context", "referral"})
    if (const json::value* value = message.if_contains(name)) kept[name] = *value;
  return kept.empty() ? std::string() : json::serialize(kept);
}

std::vector<Tick> statuses_of(const Meta::Send& send, std::vector<Tick> wanted) {
  // Meta tells no more of a reaction.
  if (send.type == "reaction") std::erase_if(wanted, [](Tick tick) { return tick != Tick::kSent; });
  if (send.voice && !wanted.empty() && wanted.back() == Tick::kRead) wanted.push_back(Tick::kPlayed);
  return wanted;
}

}  // namespace

Meta::Meta(const Clock& clock, Habits chosen, std::uint64_t seed, Deliveries::Send send)
    : media(seed),
      traffic(clock),
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

Sender Meta::sender(const Person& person, const Number& number) {
  Sender sender{person.username.empty() ? person.wa_id : std::string(), phones.bsuid(person, number.waba), person.name,
                person.username};
  if (person.has_parent) sender.parent_user_id = parent_of(sender.user_id);
  return sender;
}

void Meta::keep_file(const Number& number, Words& words) {
  json::object& content = words.message[words.type].get_object();
  const Media& kept = media.add({.id = {},
                                 .number = number.id,
                                 .waba = number.waba,
                                 .mime_type = text_in(content, {"mime_type"}),
                                 .sha256 = {},
                                 .bytes = words.file,
                                 .until = now() + MediaStore::kReceivedLives});
  content["sha256"] = kept.sha256;
  content["id"] = kept.id;
  content["url"] = origin + media.url_path(kept, now());
}

Result<std::string> Meta::say(std::string_view wa_id, Words words) {
  if (words.type == "text" && words.text.empty()) return fail(ErrorKind::kInvalid, "\"text\" must not be empty");
  if (words.text.size() > kMaxText)
    return fail(ErrorKind::kInvalid, fmt::format("\"text\" is over {} bytes", kMaxText));
  const auto number = number_for(words.number);
  if (!number) return std::unexpected(number.error());
  if (!webhooks_.has_room()) return fail(ErrorKind::kTransient, "too many webhooks wait");
  const bool seen = phones.find(wa_id) != nullptr;
  Person* person = phones.put(wa_id, words.name);
  if (!person) return fail(ErrorKind::kTransient, "too many people");
  if (!seen) events.publish({}, "phones", {{"wa_id", person->wa_id}});

  const std::string group = member_text(words.message, "group_id");
  if (words.file) keep_file(**number, words);
  if (words.type == "text" && words.message.empty()) words.message["text"] = {{"body", words.text}};
  const Sender from = sender(*person, **number);
  Message message;
  message.id = ids.wamid(Direction::kInbound, from.wa_id.empty() ? from.user_id : from.wa_id);
  message.number = (*number)->id;
  message.type = words.type;
  message.text = std::move(words.text);
  message.details = details_of(words.type, words.message);
  message.reply_to = std::move(words.reply_to);
  message.at = now();
  if (!group.empty() &&
      !groups.add(message.number, group, {message.id, person->wa_id, message.type, message.text, message.at}))
    return fail(ErrorKind::kTransient, "too many groups");
  Delivery delivery;
  delivery.number = message.number;
  delivery.phone = person->wa_id;
  delivery.message = message.id;
  delivery.what = words.type;
  delivery.body = std::make_shared<const std::string>(
      message_webhook(**number, from, message.id, message.at, words.type, words.message, message.reply_to));
  ++counts.person_messages;
  traffic.person_wrote(**number, person->wa_id, words.from_ad);
  if (!group.empty()) traffic.person_wrote(**number, group);
  if (group.empty()) answer_times.wrote((*number)->id, person->wa_id, now());
  const Message& kept = phones.add(*person, std::move(message));
  std::string id = kept.id;
  publish(*person, kept);
  if (const json::value* content = words.message.if_contains(words.type))
    apply(*person, Side::kPerson, words.type, *content);
  post(std::move(delivery));
  return id;
}

void Meta::apply(const Person& person, Side side, const std::string& type, const json::value& content) {
  const bool reacts = type == "reaction";
  if (!reacts && (side != Side::kPerson || (type != "edit" && type != "revoke"))) return;
  const auto found = phones.find_message(text_in(content, {reacts ? "message_id" : "original_message_id"}));
  if (!found || found.person != &person) return;
  Message& about = *found.message;
  if (reacts) {
    (side == Side::kPerson ? about.person_reaction : about.business_reaction) = words_of(type, content);
  } else if (about.from != Side::kPerson) {
    return;
  } else if (type == "edit") {
    const json::object& changed = content.at("message").get_object();
    about.edited = true;
    about.text = words_of(type, content);
    about.details = details_of(text_in(changed, {"type"}), changed);
  } else {
    about.revoked = true;
    about.text.clear();
    about.details.clear();
  }
  publish(person, about);
}

Person* Meta::recipient(const Send& send) {
  if (!send.to.empty()) return phones.find(send.to);
  Person* person = phones.find_bsuid(send.user_id);
  if (!person) return nullptr;
  const std::string& own = phones.bsuid(*person, send.number->waba);
  return send.user_id == own || send.user_id == parent_of(own) ? person : nullptr;
}

int Meta::failure_of(const Send& send, const Person* person) {
  const auto doomed = faults.strike(send.number->id, person ? person->wa_id : send.to,
                                    [](const Fault& fault) { return fault.kind == FaultKind::kFailedStatus; });
  if (doomed) return doomed->code;
  if (!person) return kUndeliverable;
  const bool bound = send.category.empty() && send.number->limits.service_window;
  if (bound && !traffic.window_open(*send.number, person->wa_id)) return kWindowClosed;
  if (send.type != "reaction") return 0;
  const auto about = phones.find_message(text_in(send.content, {"message_id"}));
  return about && about.person == person && about.message->type != "reaction" ? 0 : kInvalidParameter;
}

std::string Meta::accept_in_group(const Send& send) {
  Group& group = *groups.find(send.number->id, send.group);
  const bool open = !send.number->limits.service_window || traffic.window_open(*send.number, send.group);
  Outbound outbound{.id = ids.wamid(Direction::kOutbound, send.group),
                    .number = send.number->id,
                    .wa_id = {},
                    .to = {},
                    .statuses = statuses_of(send, habits.statuses),
                    .callback_data = send.callback_data,
                    .has_callback_data = send.has_callback_data,
                    .by_phone = false,
                    .failure = send.category.empty() && !open ? kWindowClosed : 0,
                    .version = send.version,
                    .category = send.category,
                    .sent_at = now(),
                    .group = send.group};
  std::string id = outbound.id;
  ++counts.business_messages;
  groups.add_line(group,
                  {id, {}, send.type, send.type == "text" ? send.text : words_of(send.type, send.content), now()});
  if (outbound.failure != 0 || !outbound.statuses.empty()) schedule(std::move(outbound), 0);
  return id;
}

void Meta::report_in_group(const Outbound& outbound, Tick tick) {
  const Number* number = numbers.find(outbound.number);
  const Group* group = number ? groups.find(outbound.number, outbound.group) : nullptr;
  if (!group) return;
  for (const auto& member : group->members) {
    const Person* person = phones.find(member);
    if (!person) continue;
    Sender to = sender(*person, *number);
    if (tick == Tick::kSent) to.username.clear();
    StatusFacts facts{.id = outbound.id,
                      .status = to_string(tick),
                      .at = now(),
                      .callback_data = outbound.callback_data,
                      .has_callback_data = outbound.has_callback_data,
                      .version = outbound.version,
                      .category = outbound.category,
                      .sent_at = outbound.sent_at,
                      .group = outbound.group};
    if (tick == Tick::kFailed) {
      const KnownError* known = find_error(outbound.failure);
      facts.error_code = outbound.failure;
      facts.error_title = known ? known->title : "Error";
      facts.error_details = known ? known->details : std::string_view();
    }
    Delivery delivery;
    delivery.number = number->id;
    delivery.phone = member;
    delivery.message = outbound.id;
    delivery.what = to_string(tick);
    delivery.body = std::make_shared<const std::string>(status_webhook(*number, to, facts));
    post(std::move(delivery));
  }
}

std::string Meta::accept(const Send& send) {
  if (!send.group.empty()) return accept_in_group(send);
  Person* person = recipient(send);
  Outbound outbound{.id = ids.wamid(Direction::kOutbound, send.to.empty() ? send.user_id : send.to),
                    .number = send.number->id,
                    .wa_id = person ? person->wa_id : send.to,
                    .to = person ? sender(*person, *send.number) : Sender{send.to, send.user_id, {}},
                    .statuses = statuses_of(send, habits.statuses),
                    .callback_data = send.callback_data,
                    .has_callback_data = send.has_callback_data,
                    .by_phone = !send.to.empty(),
                    .failure = failure_of(send, person),
                    .version = send.version,
                    .category = send.category,
                    .sent_at = now()};
  // Who wrote to the phone is told about the phone.
  if (outbound.by_phone) outbound.to.wa_id = send.to;
  std::string id = outbound.id;
  ++counts.business_messages;
  if (person && outbound.failure != kInvalidParameter) {
    answer_times.answered(send.number->id, person->wa_id, now());
    set_typing(*person, send.number->id, false);
    Message message;
    message.id = id;
    message.number = send.number->id;
    message.from = Side::kBusiness;
    message.type = send.type;
    message.text = send.type == "text" ? send.text : words_of(send.type, send.content);
    if (send.type != "text") message.details = json::serialize(json::object{{"content", send.content}});
    message.reply_to = send.reply_to;
    message.at = now();
    publish(*person, phones.add(*person, std::move(message)));
    apply(*person, Side::kBusiness, send.type, send.content);
  }
  if (outbound.failure != 0 || !outbound.statuses.empty()) schedule(std::move(outbound), 0);
  return id;
}

bool Meta::tell(const Number& number, std::string_view field, json::object value, bool with_time) {
  Delivery delivery;
  delivery.number = number.id;
  delivery.what = field;
  delivery.body = std::make_shared<const std::string>(
      change_webhook(number.waba, field, std::move(value), with_time ? std::optional(now()) : std::nullopt));
  if (!webhooks_.add(std::move(delivery))) return false;
  ++counts.webhooks;
  return true;
}

void Meta::schedule(Outbound outbound, std::size_t step) {
  timers.after(habits.status_step, [this, outbound = std::move(outbound), step]() mutable {
    if (outbound.failure != 0) return report(outbound, Tick::kFailed, false);
    const Tick tick = outbound.statuses[step];
    // Meta prices `sent`, and one of the two that follow it.
    const bool priced = tick == Tick::kSent || step == 0 || outbound.statuses[step - 1] == Tick::kSent;
    report(outbound, tick, priced);
    if (step + 1 < outbound.statuses.size()) schedule(std::move(outbound), step + 1);
  });
}

void Meta::report(const Outbound& outbound, Tick tick, bool priced) {
  if (!outbound.group.empty()) return report_in_group(outbound, tick);
  const Number* number = numbers.find(outbound.number);
  if (!number) return;
  const auto found = phones.find_message(outbound.id);
  Sender to = outbound.to;
  // Meta leaves the username out of `sent`.
  if (tick == Tick::kSent) to.username.clear();
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
    if (outbound.by_phone) to.user_id = to.parent_user_id = {};
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
