#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/live_gateway.hpp"
#include "support/process.hpp"
#include "support/run_program.hpp"

namespace claw::testing {

/// The program `clawcentral` as an operator has it: a configuration file, a data folder, a command line, and a server
/// that runs or not.
class InstalledGateway {
 public:
  /// Writes a configuration for ports of its own choice; `more` is added to it.
  explicit InstalledGateway(const std::string& more = "");

  /// Runs `clawcentral --config … WORDS`.
  [[nodiscard]] ProgramResult run(std::vector<std::string> words, const std::string& input = "",
                                  const std::vector<std::string>& environment = {}) const;
  /// The same, which must succeed; its standard output.
  std::string run_well(std::vector<std::string> words, const std::string& input = "") const;
  /// tenant, secrets, agent, policy and token for acme, by the command line.
  TestTenant set_up_acme() const;

  /// Starts the server and waits until it is ready. `before` is put before the command: another program that starts it.
  void serve(std::vector<std::string> before = {});
  [[nodiscard]] Process& server() { return *server_; }
  void forget_server() { server_.reset(); }
  /// Of the server that was started last.
  [[nodiscard]] unsigned short public_port() const { return port_after("public="); }
  [[nodiscard]] unsigned short operator_port() const { return port_after("operator="); }
  HttpAnswer post(const TestTenant& tenant, const std::string& body) const;

  [[nodiscard]] std::string folder() const { return folder_.path(); }
  [[nodiscard]] std::string config() const { return folder_.path() + "/c.toml"; }
  [[nodiscard]] std::string data() const { return folder_.path() + "/d"; }
  [[nodiscard]] std::string log() const { return read_file(folder_.path() + "/log"); }
  static std::string binary();

 private:
  [[nodiscard]] unsigned short port_after(const std::string& word) const;
  TempDir folder_;
  std::unique_ptr<Process> server_;
  std::size_t log_begin_ = 0;  // of the server that was started last
};

}  // namespace claw::testing
