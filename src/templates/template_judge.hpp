#pragma once

#include <optional>
#include <string>

#include "base/task.hpp"
#include "tenancy/tenant.hpp"
#include "whatsapp/template.hpp"

namespace claw {

/// Says before a send what Meta would say of its template. Safe to call from any coroutine.
class TemplateJudge {
 public:
  virtual ~TemplateJudge() = default;

  /// Why Meta would not take a send of this template by this number; nothing where it would, or nobody knows.
  [[nodiscard]] virtual Task<std::optional<whatsapp::TemplateRefusal>> refusal(TenantRef tenant,
                                                                               std::string phone_number_id,
                                                                               std::string name,
                                                                               std::string language) = 0;

  /// Whether refusal() may last as long as a call to Meta.
  [[nodiscard]] virtual bool may_ask(const Tenant& tenant, const std::string& phone_number_id, const std::string& name,
                                     const std::string& language) const = 0;
};

}  // namespace claw
