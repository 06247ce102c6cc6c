#pragma once

#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "tenancy/tenant.hpp"
#include "whatsapp/outgoing.hpp"

namespace claw {

/// Makes messages ready that name files of ours. Safe to call from any coroutine.
class OutgoingFiles {
 public:
  virtual ~OutgoingFiles() = default;

  /// The message as this number can send it: in the place of each file of ours what Meta calls it. A message without
  /// files is returned as it is.
  ///
  /// Fails, in words for the tenant's admin, with kTransient and kConflict where the same call may succeed later, all
  /// else where the message never can be sent.
  [[nodiscard]] virtual Task<Result<whatsapp::Outgoing>> ready(TenantRef tenant, std::string phone_number_id,
                                                               whatsapp::Outgoing message) = 0;
  /// Whether ready() may last as long as a call to Meta or an upload.
  [[nodiscard]] virtual bool may_last(const Tenant& tenant, const std::string& phone_number_id,
                                      const whatsapp::Outgoing& message) const = 0;
};

}  // namespace claw
