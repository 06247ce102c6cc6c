#pragma once
// Private to this folder.

#include <optional>
#include <string>
#include <string_view>

#include "whatsapp/json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {

/// The ids under which an item names its person, as they came. `id` is `from`, `to`, `wa_id` or `recipient_id`: a phone
/// number or, at times, a BSUID.
struct PersonIds {
  std::string id;
  std::string user_id;
  std::string parent_user_id;

  [[nodiscard]] bool empty() const { return id.empty() && user_id.empty(); }
};

/// The sender of a message, the receiver of an echo or a status (of a group's status: the participant), the user in a
/// call, the user of a preference.
[[nodiscard]] PersonIds ids_of(ItemKind kind, const json::object& item);

/// The element of `contacts` that has one of the ids. `likely` is looked at first: Meta's arrays often run in parallel.
[[nodiscard]] std::optional<std::size_t> find_contact(const PersonIds& ids, const json::array& contacts,
                                                      std::size_t likely = 0);

/// The contact that belongs to the ids: the one that matches, else the only one there is, unless it names someone else.
[[nodiscard]] const json::object* contact_of(const PersonIds& ids, const json::array* contacts, std::size_t likely = 0);

/// What ids and contact (may be null) say together; the ids win over the contact.
[[nodiscard]] Person person_of(const PersonIds& ids, const json::object* contact);

/// What a person's items are ordered by: BSUID, else phone, else the id as it came.
[[nodiscard]] std::string slot_key_of(const PersonIds& ids, const json::object* contact);

/// The digits of a phone number written with `+`, spaces, dashes, dots or parentheses; empty for all else.
[[nodiscard]] std::string phone_digits(std::string_view text);

}  // namespace claw::whatsapp
