#include "ingress/storage_watch.hpp"

#include "base/log.hpp"

namespace claw {

Task<std::shared_ptr<const StorageWatch::Full>> StorageWatch::look() {
  const auto before = full_.load();
  auto now = std::make_shared<Full>();
  auto all = directory_.all();
  all.push_back(directory_.platform());
  for (const auto& tenant : all) {
    const auto limit = tenant->id ? tenant->limits.stored_bytes : kMaxUnclaimedBytes;
    if (limit == 0) continue;
    const bool was_full = before->contains(tenant->id.value);
    const auto stored = co_await ledger_.stored(tenant->id);
    // While the ledger is away things stay as they were.
    const bool is_full = stored ? stored->bytes >= limit : was_full;
    if (is_full) now->insert(tenant->id.value);
    if (is_full == was_full) continue;
    if (is_full)
      log::warn("storage.full tenant={} stored_bytes={} limit={}", tenant->id ? tenant->name : "(unclaimed)",
                stored->bytes, limit);
    else
      log::info("storage.has_room tenant={} stored_bytes={} limit={}", tenant->id ? tenant->name : "(unclaimed)",
                stored->bytes, limit);
  }
  co_return now;
}

Task<> StorageWatch::run() {
  for (;;) {
    full_ = co_await look();
    co_await clock_.sleep(kEvery);
  }
}

}  // namespace claw
