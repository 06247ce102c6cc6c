#include "simulator/phones.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "base/crypto.hpp"
#include "simulator/ids.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

/// Profiles of people who were not given a name.
constexpr auto kNames =
    std::to_array<const char*>({"Maria K.", "Ben", "Aisha", "Jonas W.", "Priya", "Lucas", "Chloé", "Emeka", "Yuki",
                                "Sofia R.", "Noah", "Leyla", "Tom", "Ana Paula", "Mateusz", "Ines"});

std::string name_for(std::string_view wa_id) {
  return kNames[hash64(wa_id) % kNames.size()];
}

}  // namespace

const char* to_string(Tick tick) {
  switch (tick) {
    case Tick::kSending:
      return "sending";
    case Tick::kSent:
      return "sent";
    case Tick::kDelivered:
      return "delivered";
    case Tick::kRead:
      return "read";
    case Tick::kPlayed:
      return "played";
    case Tick::kFailed:
      return "failed";
  }
  return "sending";
}

bool Person::sees_typing(TimePoint now) const {
  return std::ranges::any_of(typing_until, [now](const auto& entry) { return entry.second > now; });
}

bool Person::sees_typing(std::string_view number, TimePoint now) const {
  const auto found = typing_until.find(number);
  return found != typing_until.end() && found->second > now;
}

Person* Phones::put(std::string_view wa_id, std::string_view name) {
  Person* person = find(wa_id);
  if (!person) {
    if (persons_.size() >= kMaxPersons) return nullptr;
    auto made = std::make_unique<Person>();
    person = made.get();
    person->wa_id = wa_id;
    person->name = name_for(wa_id);
    persons_.emplace(person->wa_id, std::move(made));
  }
  if (!name.empty()) person->name = name;
  return person;
}

Person* Phones::find(std::string_view wa_id) {
  const auto found = persons_.find(std::string(wa_id));
  return found == persons_.end() ? nullptr : found->second.get();
}

const std::string& Phones::bsuid(const Person& person, const std::string& portfolio) {
  auto& known = bsuids_[{portfolio, person.wa_id}];
  if (known.empty()) {
    known = bsuid_of(portfolio, person.wa_id);
    by_bsuid_[known] = by_bsuid_[parent_of(known)] = persons_.at(person.wa_id).get();
  }
  return known;
}

Person* Phones::find_bsuid(std::string_view bsuid) {
  const auto found = by_bsuid_.find(std::string(bsuid));
  return found == by_bsuid_.end() ? nullptr : found->second;
}

Message& Phones::add(Person& person, Message message) {
  if (order_.size() >= kMaxMessages) forget_oldest();
  by_id_[message.id] = Place{&person, person.first + person.messages.size()};
  order_.push_back(&person);
  person.changed = message.at;
  return person.messages.emplace_back(std::move(message));
}

void Phones::forget_oldest() {
  // A person's messages stand in the order in which they came, so the oldest of all is the first of its person.
  Person& person = *order_.front();
  order_.pop_front();
  by_id_.erase(person.messages.front().id);
  person.messages.pop_front();
  ++person.first;
}

Phones::Found Phones::find_message(std::string_view id) {
  const auto found = by_id_.find(std::string(id));
  if (found == by_id_.end()) return {};
  Person& person = *found->second.person;
  return {&person, &person.messages[found->second.index - person.first]};
}

std::vector<Message*> Phones::mark_read(Found found) {
  std::vector<Message*> changed;
  auto& messages = found.person->messages;
  const auto place = by_id_.at(found.message->id).index - found.person->first;
  for (auto i = static_cast<std::ptrdiff_t>(place); i >= 0; --i) {
    Message& message = messages[static_cast<std::size_t>(i)];
    if (message.from != Side::kPerson || message.number != found.message->number) continue;
    // What was read before has read all before it: each message is walked over once.
    if (message.tick == Tick::kRead) break;
    message.tick = Tick::kRead;
    changed.push_back(&message);
  }
  return changed;
}

json::object delivery_json(const DeliveryView& delivery) {
  json::object object{{"state", delivery.state}, {"attempts", delivery.attempts}, {"status", delivery.status}};
  if (!delivery.reason.empty()) object["reason"] = delivery.reason;
  if (delivery.next_try) object["next_try_at"] = to_ms(*delivery.next_try);
  return object;
}

namespace {

json::array reactions_json(const Message& message) {
  json::array reactions;
  if (!message.person_reaction.empty())
    reactions.push_back(json::object{{"from", "person"}, {"emoji", message.person_reaction}});
  if (!message.business_reaction.empty())
    reactions.push_back(json::object{{"from", "business"}, {"emoji", message.business_reaction}});
  return reactions;
}

}  // namespace

json::object message_json(const Message& message) {
  json::object object{{"id", message.id},
                      {"number", message.number},
                      {"from", message.from == Side::kPerson ? "person" : "business"},
                      {"type", message.type},
                      {"text", message.text},
                      {"at", to_ms(message.at)},
                      {"status", to_string(message.tick)}};
  if (!message.details.empty()) {
    for (auto& [name, value] : json::parse(message.details).as_object())
      object.insert_or_assign(name, std::move(value));
  }
  if (!message.reply_to.empty()) object["reply_to"] = message.reply_to;
  if (auto reactions = reactions_json(message); !reactions.empty()) object["reactions"] = std::move(reactions);
  if (message.edited) object["edited"] = true;
  if (message.revoked) object["revoked"] = true;
  if (!message.error.empty()) object["error"] = message.error;
  if (message.from == Side::kPerson) {
    object["delivery"] = delivery_json(message.delivery);
    return object;
  }
  json::array statuses;
  for (const auto& [tick, at] : message.statuses)
    statuses.push_back(json::object{{"status", to_string(tick)}, {"at", to_ms(at)}});
  object["statuses"] = std::move(statuses);
  return object;
}

}  // namespace claw::sim
