#pragma once

#include <algorithm>

#include "ledger/ledger.hpp"
#include "ledger/sqlite/database.hpp"

namespace claw::sqlite {

/// The rows that one page of a list looks at: ids from `from` to below `before`, newest first.
struct Walk {
  std::int64_t from = 0;
  std::int64_t before = 0;
  bool more = false;  ///< There are older rows than `from`, for the next page.
};

/// The kMaxWalk newest of the tenant's rows that are older than `before` (0: of all). Costs a look into the index only.
[[nodiscard]] Walk walk_messages(Database& db, TenantId tenant, std::int64_t before);
[[nodiscard]] Walk walk_statuses(Database& db, TenantId tenant, std::int64_t before);
[[nodiscard]] Walk walk_events(Database& db, TenantId tenant, std::int64_t before);

/// The same without a bound, for a list that takes every row.
[[nodiscard]] Walk walk_all(std::int64_t before);

/// `walk` without what is older than the oldest message in an open state (pending, queued, sending).
[[nodiscard]] Walk down_to_oldest_open(Database& db, TenantId tenant, MessageState state, Walk walk);

/// Where a page of keys begins, inclusive, and ends: those that begin with `prefix` and come after `after`. One lower
/// bound, for SQLite would search by one of two and walk to the other.
struct KeyRange {
  KeyRange(const std::string& prefix, const std::string& after)
      : from(std::max(prefix, after.empty() ? after : after + '\0')), end(prefix + '\xFF') {}
  std::string from;
  std::string end;  ///< No byte of UTF-8 is 0xFF.
};

/// Fills a page from `rows`: `make` reads a row, `id` tells its number. Ends at the limit or where the records weigh
/// kMaxPageBytes.
template <class Record, class Make, class Number>
Page<Record> fill_page(Database::Query rows, std::size_t limit, const Walk& walk, Make make, Number number) {
  Page<Record> page;
  std::size_t bytes = 0;
  while (page.size() < limit && bytes < kMaxPageBytes && rows.next()) {
    page.push_back(make(*rows.operator->()));
    if constexpr (requires { weight_of(page.back()); }) bytes += weight_of(page.back());
  }
  const bool full = page.size() == limit || bytes >= kMaxPageBytes;
  if (full && !page.empty())
    page.next = number(page.back());
  else if (walk.more)
    page.next = walk.from;
  return page;
}

}  // namespace claw::sqlite
