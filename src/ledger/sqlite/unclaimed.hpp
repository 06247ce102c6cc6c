#pragma once

#include "ledger/sqlite/store.hpp"
#include "ledger/unclaimed.hpp"

namespace claw::sqlite {

class SqliteUnclaimedItems final : public UnclaimedItems {
 public:
  /// `store` must outlive this object; its readers see the inbox.
  explicit SqliteUnclaimedItems(Store& store) : store_(store) {}
  [[nodiscard]] Task<Result<std::vector<UnclaimedNumber>>> list() override;
  [[nodiscard]] Task<Result<std::vector<UnclaimedItem>>> items(std::string waba_id, std::string phone_number_id,
                                                               std::size_t limit) override;
  [[nodiscard]] Task<Result<void>> delivered(std::vector<std::int64_t> ids) override;

 private:
  Store& store_;
};

}  // namespace claw::sqlite
