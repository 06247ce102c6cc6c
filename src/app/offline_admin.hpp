#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "base/result.hpp"

namespace claw {

/// What the command line does when no server runs: the tenants' part of a gateway alone, on the files themselves.
class OfflineAdmin {
 public:
  /// kConflict if a server works on the folder.
  [[nodiscard]] static Result<std::unique_ptr<OfflineAdmin>> open(const Config& config);
  ~OfflineAdmin();
  /// `who` is at the keyboard.
  [[nodiscard]] Result<std::string> run(std::string command, std::string arguments, std::string who);

 private:
  OfflineAdmin();
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace claw
