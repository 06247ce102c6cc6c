#include "ingress/unclaimed_delivery.hpp"

#include "ledger/ledger.hpp"
#include "whatsapp/webhook.hpp"

namespace claw {

Task<Result<std::size_t>> UnclaimedDelivery::deliver(TenantId tenant, std::string waba_id,
                                                     std::string phone_number_id) {
  std::size_t total = 0;
  for (;;) {
    const auto found = co_await unclaimed_.items(waba_id, phone_number_id, kBatch);
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return total;
    std::vector<InboundItem> items;
    std::vector<std::int64_t> ids;
    for (const auto& item : *found) {
      ids.push_back(item.id);
      if (item.raw.empty()) continue;  // its bytes are forgotten
      for (auto& part : whatsapp::split_webhook(item.raw))
        items.push_back({{},
                         tenant,
                         slot_of(tenant, part.slot_key),
                         static_cast<std::uint8_t>(part.kind),
                         clock_.now(),
                         std::move(part.raw)});
    }
    total += items.size();
    if (const auto kept = co_await inbox_.append(std::move(items)); !kept) co_return std::unexpected(kept.error());
    if (const auto gone = co_await unclaimed_.delivered(std::move(ids)); !gone) co_return std::unexpected(gone.error());
  }
}

}  // namespace claw
