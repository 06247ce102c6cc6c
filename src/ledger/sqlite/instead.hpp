#pragma once

#include <optional>
#include <string_view>

#include "ledger/ledger.hpp"
#include "ledger/sqlite/database.hpp"

namespace claw::sqlite {

/// The message is this from here on; what was to be said first is kept beside it. REQUIRES: inside a transaction, like
/// the next.
void say_instead(Database& db, MessageId message, const whatsapp::Outgoing& instead);
/// The message is again what was to be said first, where it was something else.
void say_as_first(Database& db, MessageId message);

/// What is kept beside a message; nothing where it is as it was first.
[[nodiscard]] std::optional<whatsapp::Outgoing> read_instead_of(std::string_view kept);

/// How the message reads from here on, counted.
void write_view(Database& db, MessageId message, const whatsapp::AgentView& view);

}  // namespace claw::sqlite
