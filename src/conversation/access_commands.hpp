#pragma once

#include <string>

#include "conversation/access.hpp"
#include "tenancy/directory.hpp"

namespace claw {

/// What the command line can do about who may talk: one command with JSON arguments in, JSON out, whether a server runs
/// or not. Access does the work.
///
/// | command | arguments | answer |
/// |---|---|---|
/// | pairing.list | tenant, number | [{code, address, name, number, first_words, expires_at}] |
/// | pairing.approve, pairing.reject, pairing.block | tenant, codes [code …] or all, number | {decided, gone} |
/// | access.list | tenant, number, search | [{address, standing, name, number, by, since, opted_out_at}] |
/// | access.allow, access.block | tenant, addresses [address …], number, name | {changed} |
/// | access.remove | tenant, addresses, number | {changed} |
/// | routing.explain | tenant, from, number, text, source_id | {says, agent, matched_by, rule, access, reason} |
///
/// A change is durable, and in force in this process, when run() returns. Fails with kInvalid or kNotFound and a
/// message for a person, and as the store does. Safe to call from any coroutine.
class AccessCommands {
 public:
  static constexpr std::size_t kMaxListed = 1'000;  ///< Rows of a list, about: whole pages.

  /// All must outlive this object.
  AccessCommands(Access& access, Ledger& ledger, Directory& directory, Clock& clock)
      : access_(access), ledger_(ledger), directory_(directory), clock_(clock) {}

  [[nodiscard]] static bool is_mine(std::string_view command);
  /// `who` is at the keyboard, for the audit log.
  [[nodiscard]] Task<Result<std::string>> run(std::string command, std::string arguments, std::string who);

 private:
  Access& access_;
  Ledger& ledger_;
  Directory& directory_;
  Clock& clock_;
};

}  // namespace claw
