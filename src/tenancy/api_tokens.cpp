#include "tenancy/api_tokens.hpp"

namespace claw {

std::optional<ApiToken> ApiTokens::use(std::string_view token) {
  auto found = directory_.by_token(token);
  if (!found) return std::nullopt;
  const auto now = clock_.now();
  if (found->expires_at != TimePoint{} && now >= found->expires_at) return std::nullopt;
  note(*found, now);
  return found;
}

void ApiTokens::note(const ApiToken& token, TimePoint now) {
  {
    std::scoped_lock lock(mutex_);
    auto& last = noted_.try_emplace(token.id, token.last_used_at).first->second;
    if (now - last < kNoteEvery) return;
    last = now;
  }
  tasks_.spawn(io_.next(), "api_tokens.note", write(token.id, now));
}

Task<> ApiTokens::write(std::int64_t id, TimePoint now) {
  if (co_await store_.note_token_use(id, now)) co_return;
  // The next use tries again.
  std::scoped_lock lock(mutex_);
  noted_.erase(id);
}

}  // namespace claw
