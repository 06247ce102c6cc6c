#include <fmt/format.h>

#include "base/crypto.hpp"
#include "tenancy/admin.hpp"

namespace claw {

Task<Result<NewToken>> Admin::create_token(By by, TenantRef tenant, TokenWish wish) {
  if (wish.label.size() > kMaxLabelBytes)
    co_return fail(ErrorKind::kInvalid, fmt::format("a label has {} bytes at most", kMaxLabelBytes));
  if (wish.scopes == Permissions{})
    co_return fail(ErrorKind::kInvalid, "a token without scopes could do nothing; name one at least");
  const auto now = clock_.now();
  NewToken made;
  made.token = "cct_" + to_base64url(random_bytes(32));
  made.row = {0, tenant->id, token_hash(made.token), std::move(wish.label), now, wish.scopes.text(), by.actor.name};
  if (wish.expires_in_days) {
    if (*wish.expires_in_days < 1 || *wish.expires_in_days > kMaxTokenDays)
      co_return fail(ErrorKind::kInvalid, fmt::format("a token lasts 1 to {} days", kMaxTokenDays));
    made.row.expires_at = now + std::chrono::days(*wish.expires_in_days);
  }
  auto changed = change(by, tenant->id, "token.create", made.row.label,
                        fmt::format("made the API token \"{}\" for {}", made.row.label, made.row.scopes));
  const auto id = co_await store_.create_token(made.row, std::move(changed));
  if (!id) co_return std::unexpected(id.error());
  made.row.id = *id;
  if (const auto read = co_await done(tenant->id, "tokens", {}); !read) co_return std::unexpected(read.error());
  co_return made;
}

Task<Result<std::vector<TokenRow>>> Admin::tokens(TenantRef tenant) {
  auto rows = co_await store_.load();
  if (!rows) co_return std::unexpected(rows.error());
  std::erase_if(rows->tokens, [&](const TokenRow& row) { return row.tenant != tenant->id; });
  co_return std::move(rows->tokens);
}

Task<Result<void>> Admin::revoke_token(By by, TenantRef tenant, std::int64_t id) {
  const auto all = co_await tokens(tenant);
  if (!all) co_return std::unexpected(all.error());
  std::string label;
  for (const auto& row : *all)
    if (row.id == id) label = row.label;
  auto changed = change(by, tenant->id, "token.revoke", label, fmt::format("revoked the API token \"{}\"", label));
  const auto gone =
      co_await done(tenant->id, "tokens", co_await store_.delete_token(tenant->id, id, std::move(changed)));
  if (!gone) co_return std::unexpected(gone.error());
  co_return Result<void>{};
}

}  // namespace claw
