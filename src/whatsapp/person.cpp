#include "whatsapp/person.hpp"

#include <algorithm>

namespace claw::whatsapp {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z');
}

PersonIds read(const json::object& item, std::string_view id, std::string_view user_id, std::string_view parent) {
  return {text_at(item, id), text_at(item, user_id), text_at(item, parent)};
}

PersonIds receiver_of(const json::object& status) {
  if (text_at(status, "recipient_type") == "group") {
    return read(status, "recipient_participant_id", "recipient_participant_user_id",
                "recipient_participant_parent_user_id");
  }
  auto ids = read(status, "recipient_id", "recipient_user_id", "parent_recipient_user_id");
  if (ids.parent_user_id.empty()) ids.parent_user_id = text_at(status, "recipient_parent_user_id");
  return ids;
}

PersonIds caller_of(const json::object& call) {
  if (text_at(call, "type") == "call") return receiver_of(call);
  if (text_at(call, "direction") == "BUSINESS_INITIATED") return read(call, "to", "to_user_id", "to_parent_user_id");
  return read(call, "from", "from_user_id", "from_parent_user_id");
}

PersonIds ids_of_contact(const json::object& contact) {
  return read(contact, "wa_id", "user_id", "parent_user_id");
}

/// True if one of the texts, wherever it stands, is one of the other's.
bool same_person(const PersonIds& a, const PersonIds& b) {
  const auto equal = [](const std::string& x, const std::string& y) { return !x.empty() && x == y; };
  return equal(a.id, b.id) || equal(a.user_id, b.user_id) || equal(a.id, b.user_id) || equal(a.user_id, b.id) ||
         equal(phone_digits(a.id), phone_digits(b.id));
}

std::string bsuid_in(const PersonIds& ids) {
  if (is_bsuid(ids.user_id)) return ids.user_id;
  return is_bsuid(ids.id) ? ids.id : std::string();
}

std::string phone_in(const PersonIds& ids) {
  return phone_digits(ids.id);
}

}  // namespace

bool is_bsuid(std::string_view text) {
  constexpr std::size_t kCountry = 2;
  constexpr std::size_t kMaxId = 128;
  if (text.size() < kCountry + 2 || text.size() > kCountry + 1 + kMaxId) return false;
  if (!is_upper(text[0]) || !is_upper(text[1]) || text[2] != '.') return false;
  return std::ranges::all_of(text.substr(kCountry + 1), [](char c) { return is_digit(c) || is_letter(c); });
}

std::string phone_digits(std::string_view text) {
  constexpr std::size_t kMaxDigits = 20;  // E.164 has 15; test numbers and group-like ids may be longer
  std::string digits;
  for (const char c : text) {
    if (is_digit(c)) {
      digits += c;
    } else if (std::string_view("+ -().").find(c) == std::string_view::npos) {
      return {};
    }
  }
  return digits.size() <= kMaxDigits ? digits : std::string();
}

PersonIds ids_of(ItemKind kind, const json::object& item) {
  switch (kind) {
    case ItemKind::kMessage:
      return read(item, "from", "from_user_id", "from_parent_user_id");
    case ItemKind::kEcho:
      return read(item, "to", "to_user_id", "to_parent_user_id");
    case ItemKind::kStatus:
      return receiver_of(item);
    case ItemKind::kCall:
      return caller_of(item);
    case ItemKind::kChange:
      return ids_of_contact(item);
    case ItemKind::kUnparsed:
      break;
  }
  return {};
}

std::optional<std::size_t> find_contact(const PersonIds& ids, const json::array& contacts, std::size_t likely) {
  const auto matches = [&](const json::value& contact) {
    return contact.is_object() && same_person(ids, ids_of_contact(contact.get_object()));
  };
  if (likely < contacts.size() && matches(contacts[likely])) return likely;
  const auto found = std::ranges::find_if(contacts, matches);
  if (found == contacts.end()) return std::nullopt;
  return static_cast<std::size_t>(found - contacts.begin());
}

const json::object* contact_of(const PersonIds& ids, const json::array* contacts, std::size_t likely) {
  if (!contacts) return nullptr;
  if (const auto index = find_contact(ids, *contacts, likely)) return (*contacts)[*index].if_object();
  const auto* sole = contacts->size() == 1 ? contacts->front().if_object() : nullptr;
  if (!sole) return nullptr;
  // Both name a phone, or both a BSUID, and they did not match: another person's name must not be given to this one.
  const auto theirs = ids_of_contact(*sole);
  const bool other_phone = !phone_in(ids).empty() && !phone_in(theirs).empty();
  const bool other_bsuid = !bsuid_in(ids).empty() && !bsuid_in(theirs).empty();
  return other_phone || other_bsuid ? nullptr : sole;
}

Person person_of(const PersonIds& ids, const json::object* contact) {
  Person person;
  person.phone = phone_in(ids);
  person.bsuid = bsuid_in(ids);
  person.parent_bsuid = ids.parent_user_id;
  if (!contact) return person;
  const auto theirs = ids_of_contact(*contact);
  if (person.phone.empty()) person.phone = phone_in(theirs);
  if (person.bsuid.empty()) person.bsuid = bsuid_in(theirs);
  if (person.parent_bsuid.empty()) person.parent_bsuid = theirs.parent_user_id;
  if (const auto* profile = find_object(*contact, "profile")) {
    person.name = text_at(*profile, "name");
    person.username = text_at(*profile, "username");
  }
  return person;
}

std::string slot_key_of(const PersonIds& ids, const json::object* contact) {
  if (ids.empty() && contact) return slot_key_of(ids_of_contact(*contact), nullptr);
  if (auto bsuid = bsuid_in(ids); !bsuid.empty()) return bsuid;
  if (auto phone = phone_in(ids); !phone.empty()) return phone;
  return ids.id.empty() ? ids.user_id : ids.id;
}

}  // namespace claw::whatsapp
