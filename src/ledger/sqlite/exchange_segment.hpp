#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/delivery_log.hpp"

namespace claw::sqlite {

/// Exchanges of one tenant that were noted together, as they are kept: written once, read in part. One write for
/// hundreds of them costs a fraction of a row with its indexes for each. Compressed (LZ4), for they are much alike.
///
/// What is damaged reads as if there were nothing. Pure.
class ExchangeSegment {
 public:
  ExchangeSegment() = default;
  /// One that was kept, to be added to; nothing where it is damaged.
  [[nodiscard]] static std::optional<ExchangeSegment> kept(std::int64_t wrong, TimePoint last, std::string_view rows,
                                                           std::string_view bodies, std::string_view names);

  void add(const Exchange& exchange);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t wrong() const { return wrong_; }
  /// When the last of them began.
  [[nodiscard]] TimePoint last() const { return last_; }

  /// What lists show of each, for rows_of().
  [[nodiscard]] std::string rows() const;
  /// For bodies_at().
  [[nodiscard]] std::string bodies() const;
  /// For may_name().
  [[nodiscard]] std::string names() const;

 private:
  std::int64_t count_ = 0;
  std::int64_t wrong_ = 0;
  TimePoint last_{};
  std::string rows_, bodies_;
  std::vector<std::uint32_t> names_;  // hashes, some more than once
};

/// In the order in which they were added, with all their names; the first has the id `first`.
[[nodiscard]] std::vector<ExchangeRow> rows_of(std::string_view rows, std::int64_t first);

struct ExchangeBodies {
  std::string request, answer, reason;
};
/// Nothing where there are not as many.
[[nodiscard]] std::optional<ExchangeBodies> bodies_at(std::string_view bodies, std::int64_t index);

/// What an error code of Meta's is to be looked for as in may_name().
[[nodiscard]] std::string name_of_error(std::int64_t code);
/// False: none of them has this name, trace or error. True: one may.
[[nodiscard]] bool may_name(std::string_view names, std::string_view name);

}  // namespace claw::sqlite
