#include <algorithm>

#include "guide/finding.hpp"

namespace claw {
namespace {

Finding storage(const GatewayFacts& gateway) {
  if (!gateway.storage_fault.empty())
    return error(gateway.storage_fault, "The operator looks at the disk of data_dir.");
  if (gateway.storage_full)
    return error("The tenant has stored as much as it may: nothing comes in any more, and Meta keeps it for days.",
                 "Raise limits.stored_bytes, or keep things for a shorter time (limits.retention_days).");
  return ok("The databases take writes.");
}

Finding files(const GatewayFacts& gateway) {
  const std::string_view where = gateway.files_in_bucket ? "bucket" : "folder";
  if (gateway.files_fault.empty()) return ok(fmt::format("A file was put into the {}, read and deleted again.", where));
  return error(
      fmt::format("Files cannot be kept in the {}: {}. What people send is answered without its file.", where,
                  gateway.files_fault),
      gateway.files_in_bucket
          ? "The operator looks at the media.s3_… settings, and whether the key may put, get and delete objects."
          : "The operator looks at the folder media in data_dir: its disk, and whose it is.");
}

Finding disk(const GatewayFacts& gateway) {
  if (gateway.disk_free < 0) return skipped("The free space is not known.");
  if (gateway.disk_free >= gateway.disk_wanted) return ok(fmt::format("{} are free.", mebibytes(gateway.disk_free)));
  return error(fmt::format("The disk is nearly full: {} are free, of {} that should be.", mebibytes(gateway.disk_free),
                           mebibytes(gateway.disk_wanted)),
               "The operator makes room on the disk of data_dir, or has things kept for a shorter time "
               "(limits.retention_days).");
}

Finding backlog(const GatewayFacts& gateway) {
  if (!gateway.sending_held.empty())
    return error(fmt::format("Nothing is sent: {}.", gateway.sending_held), "See the checks of the access token.");
  const auto most = std::max({gateway.not_accepted, gateway.turns_waiting, gateway.to_be_sent});
  std::string seen = fmt::format("{} messages wait to be read, {} for their turn, {} to be sent.", gateway.not_accepted,
                                 gateway.turns_waiting, gateway.to_be_sent);
  if (most < kBacklog) return ok(std::move(seen));
  return warning(std::move(seen), "Look at the agents: a slow one makes everybody wait.");
}

Finding recent_failures(const GatewayFacts& gateway) {
  if (gateway.last_failure.empty()) return ok("Nothing failed in the last hour.");
  return warning(fmt::format("In the last hour a message failed: {}.", gateway.last_failure),
                 "Open it under Conversations: its way says where it ended.");
}

}  // namespace

Checks gateway_checks(const DoctorFacts& facts) {
  const GatewayFacts nothing;
  const auto& gateway = facts.gateway ? *facts.gateway : nothing;
  Checks checks;
  add(checks, "storage", "What comes is kept", storage(gateway));
  add(checks, "files", "Files are kept", files(gateway));
  add(checks, "disk", "Room on the disk", disk(gateway));
  add(checks, "backlog", "Nothing piles up", backlog(gateway));
  add(checks, "recent_failures", "Messages get answers", recent_failures(gateway));
  return checks;
}

}  // namespace claw
