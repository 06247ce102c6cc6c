#pragma once

#include "delivery/outgoing_files.hpp"
#include "media/media_library.hpp"

namespace claw {

/// OutgoingFiles out of the media library: uploads what the number has no living id for.
class LibraryFiles final : public OutgoingFiles {
 public:
  /// `library` must outlive this object.
  explicit LibraryFiles(MediaLibrary& library) : library_(library) {}

  [[nodiscard]] Task<Result<whatsapp::Outgoing>> ready(TenantRef tenant, std::string phone_number_id,
                                                       whatsapp::Outgoing message) override;
  /// True for what names a file of ours, and for some that only look so.
  [[nodiscard]] bool may_last(const Tenant& tenant, const std::string& phone_number_id,
                              const whatsapp::Outgoing& message) const override;

 private:
  MediaLibrary& library_;
};

}  // namespace claw
