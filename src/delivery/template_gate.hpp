#pragma once

#include "delivery/outgoing_files.hpp"
#include "templates/template_judge.hpp"

namespace claw {

/// What stands before the files of a message are made ready: a template that Meta would refuse goes no further, so that
/// neither is a file uploaded for it nor a try counted against the number.
class TemplateGate final : public OutgoingFiles {
 public:
  /// Both must outlive this object.
  TemplateGate(TemplateJudge& judge, OutgoingFiles& files) : judge_(judge), files_(files) {}

  /// kInvalid with the judge's words, else as what stands behind it.
  [[nodiscard]] Task<Result<whatsapp::Outgoing>> ready(TenantRef tenant, std::string phone_number_id,
                                                       whatsapp::Outgoing message) override;
  /// Also for a template that the judge may have to ask Meta about.
  [[nodiscard]] bool may_last(const Tenant& tenant, const std::string& phone_number_id,
                              const whatsapp::Outgoing& message) const override;

 private:
  TemplateJudge& judge_;
  OutgoingFiles& files_;
};

}  // namespace claw
