#include "delivery/template_gate.hpp"

namespace claw {

Task<Result<whatsapp::Outgoing>> TemplateGate::ready(TenantRef tenant, std::string phone_number_id,
                                                     whatsapp::Outgoing message) {
  if (auto named = whatsapp::template_named_in(message)) {
    auto refused = co_await judge_.refusal(tenant, phone_number_id, std::move(named->name), std::move(named->language));
    if (refused) co_return fail(ErrorKind::kInvalid, std::move(refused->words));
  }
  co_return co_await files_.ready(std::move(tenant), std::move(phone_number_id), std::move(message));
}

bool TemplateGate::may_last(const Tenant& tenant, const std::string& phone_number_id,
                            const whatsapp::Outgoing& message) const {
  if (files_.may_last(tenant, phone_number_id, message)) return true;
  const auto named = whatsapp::template_named_in(message);
  return named && judge_.may_ask(tenant, phone_number_id, named->name, named->language);
}

}  // namespace claw
