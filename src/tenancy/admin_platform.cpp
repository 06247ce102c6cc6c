#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "tenancy/admin.hpp"

namespace claw {
namespace {

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

Task<Result<TenantRef>> Admin::claim(By by, TenantRef tenant, std::string waba_id, std::string phone_number_id) {
  if (!is_id(waba_id) || !is_id(phone_number_id))
    co_return fail(ErrorKind::kInvalid, "an account and a number are Meta's ids: digits only");
  if (!tenant->owns_number(phone_number_id) && tenant->phone_number_ids.size() >= kMaxNumbers)
    co_return fail(ErrorKind::kInvalid, fmt::format("a tenant has {} phone numbers at most", kMaxNumbers));
  auto changed = change(by, tenant->id, "claim.set", phone_number_id,
                        fmt::format("gave the number {} of the account {} to {}, by the platform's address",
                                    phone_number_id, waba_id, tenant->name));
  Claim claim{std::move(waba_id), std::move(phone_number_id), tenant->id};
  co_return co_await done(tenant->id, "secrets", co_await store_.put_claim(std::move(claim), std::move(changed)));
}

Task<Result<void>> Admin::release(By by, std::string waba_id, std::string phone_number_id) {
  const auto tenant = directory_.by_claim(waba_id, phone_number_id);
  if (!tenant || phone_number_id.empty()) co_return fail(ErrorKind::kNotFound, "nobody has claimed this number");
  auto changed =
      change(by, tenant->id, "claim.delete", phone_number_id,
             fmt::format("took the number {} of the account {} from the platform's address", phone_number_id, waba_id));
  Claim claim{std::move(waba_id), std::move(phone_number_id), tenant->id};
  const auto gone =
      co_await done(tenant->id, "secrets", co_await store_.delete_claim(std::move(claim), std::move(changed)));
  if (!gone) co_return std::unexpected(gone.error());
  co_return Result<void>{};
}

}  // namespace claw
