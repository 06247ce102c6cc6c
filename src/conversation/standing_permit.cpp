#include "conversation/standing_permit.hpp"

namespace claw {

Task<Result<std::string>> StandingPermit::refusal(TenantRef tenant, const OutboundMessage& message) {
  if (!message.group.empty()) co_return std::string();
  const auto stands =
      co_await access_.explain(*tenant, message.phone_number_id, access_addresses({}, message.phone, message.bsuid));
  if (!stands) co_return std::unexpected(stands.error());
  if (stands->sender.standing == Standing::kBlocked) co_return std::string("this person is blocked");
  if (!stands->sender.opted_out) co_return std::string();
  if (message.turn.value > 0) {
    const auto asked = co_await ledger_.message(tenant->id, message.turn);
    if (!asked && asked.error().kind == ErrorKind::kTransient) co_return std::unexpected(asked.error());
    if (asked && opt_word(*tenant, asked->view.text) == OptWord::kOut) co_return std::string();
  }
  co_return std::string("this person asked for no more messages");
}

}  // namespace claw
