#include "app/offline_admin.hpp"

#include "app/tenants.hpp"
#include "app/wait.hpp"

namespace claw {

struct OfflineAdmin::Parts {
  Tenants tenants{1};
};

OfflineAdmin::OfflineAdmin() : parts_(std::make_unique<Parts>()) {}

OfflineAdmin::~OfflineAdmin() = default;

Result<std::unique_ptr<OfflineAdmin>> OfflineAdmin::open(const Config& config) {
  std::unique_ptr<OfflineAdmin> admin(new OfflineAdmin);
  Tenants& tenants = admin->parts_->tenants;
  if (const auto opened = tenants.open(config, tenants.system_clock, {}); !opened)
    return std::unexpected(opened.error());
  return admin;
}

Result<std::string> OfflineAdmin::run(std::string command, std::string arguments, std::string who) {
  return wait(parts_->tenants.io, parts_->tenants.run(std::move(command), std::move(arguments), std::move(who)));
}

}  // namespace claw
