#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace claw {

/// An integer that cannot be mistaken for another kind of integer.
template <class Tag>
struct Id {
  std::int64_t value = 0;

  [[nodiscard]] explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using TenantId = Id<struct TenantTag>;
using UserId = Id<struct UserTag>;
/// Somebody who signs in here; a user (above) is who writes on WhatsApp.
using PersonId = Id<struct PersonTag>;
using ConversationId = Id<struct ConversationTag>;
/// A message, inbound or outbound: one sequence for both, in the order the ledger accepted or wrote them.
using MessageId = Id<struct MessageTag>;
/// The place of an item in the inbox: later items have higher numbers.
using InboxSeq = Id<struct InboxSeqTag>;

}  // namespace claw

template <class Tag>
struct std::hash<claw::Id<Tag>> {
  std::size_t operator()(claw::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
