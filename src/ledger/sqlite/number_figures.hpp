#pragma once

#include "ledger/number_figures.hpp"
#include "ledger/sqlite/store.hpp"

namespace claw::sqlite {

class SqliteNumberFigures final : public NumberFigures {
 public:
  /// `store` must outlive this object.
  explicit SqliteNumberFigures(Store& store) : store_(store) {}
  [[nodiscard]] Task<Result<std::optional<TimePoint>>> first_answer(TenantId tenant,
                                                                    std::string phone_number_id) override;
  [[nodiscard]] Task<Result<std::optional<std::int64_t>>> people_since(TenantId tenant, std::string phone_number_id,
                                                                       TimePoint since) override;

 private:
  Store& store_;
};

}  // namespace claw::sqlite
