#pragma once

#include <map>

#include "ledger/ledger.hpp"
#include "ledger/sqlite/database.hpp"

namespace claw::sqlite {

/// What a row weighs beside its texts: its other columns and its share of the indexes. migrations.cpp has it too.
inline constexpr std::int64_t kRowBytes = 250;
/// A message or event as Stored::bytes counts it, a status counting kRowBytes: from what is kept with the row, so that
/// deleting it takes back what it added; whoever changes a row's texts counts the difference.
#define CLAW_TEXT_BYTES "(length(CAST(text AS BLOB)) + length(CAST(data AS BLOB)) + raw_bytes + 250)"

/// An outbound message as far as its figures need it.
struct Outgoing {
  MessageId id;
  TenantId tenant;
  MessageState state = MessageState::kQueued;
  MessageId turn;
  int part = 0;
  std::string wamid = {};
};

/// What a transaction adds to the figures of its tenants. write() at its end: a row or two for each tenant, however
/// many messages there were.
class Tally {
 public:
  /// `at`: in whose minute it counts.
  void came_in(TenantId tenant, TimePoint at) { ++minute(tenant, at).in; }
  void went_out(TenantId tenant, TimePoint at) { ++minute(tenant, at).out; }
  void failed(TenantId tenant, TimePoint at) { ++minute(tenant, at).failed; }
  /// `message` has come from its state to `now`, which is kSent or later. `accepted`: Meta has taken it, also where it
  /// failed later.
  void settled(Database& db, const Outgoing& message, MessageState now, bool accepted, TimePoint at);
  [[nodiscard]] Stored& stored(TenantId tenant) { return stored_[tenant]; }

  /// REQUIRES: inside the transaction that wrote what was counted.
  void write(Database& db) const;

 private:
  struct Counts {
    std::int64_t in = 0, out = 0, failed = 0;
  };
  Counts& minute(TenantId tenant, TimePoint at);

  std::map<std::pair<TenantId, std::int64_t>, Counts> minutes_;
  std::map<TenantId, Stored> stored_;
};

}  // namespace claw::sqlite
