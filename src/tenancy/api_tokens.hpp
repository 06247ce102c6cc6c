#pragma once

#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/io_pool.hpp"
#include "base/task_group.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// API tokens in use: says what the holder of one may do, and keeps, behind the request, when it was used last.
///
/// Safe from any thread.
class ApiTokens {
 public:
  /// The time of use is kept to this exactness: a write for each request would be more than the request is worth.
  static constexpr std::chrono::hours kNoteEvery{1};

  /// All must outlive this object.
  ApiTokens(IoPool& io, Directory& directory, TenantStore& store, Clock& clock)
      : io_(io), directory_(directory), store_(store), clock_(clock) {}

  /// Nothing for a token that is not known or has expired.
  [[nodiscard]] std::optional<ApiToken> use(std::string_view token);

 private:
  void note(const ApiToken& token, TimePoint now);
  Task<> write(std::int64_t id, TimePoint now);

  IoPool& io_;
  Directory& directory_;
  TenantStore& store_;
  Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, TimePoint> noted_;  // guarded by mutex_: token -> last written
  TaskGroup tasks_;
};

}  // namespace claw
