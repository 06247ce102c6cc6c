#include "integration/installed_gateway.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "support/eventually.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {

std::string InstalledGateway::binary() {
  return CLAW_BINARY;
}

InstalledGateway::InstalledGateway(const std::string& more) {
  write_file(config(), fmt::format("data_dir = \"{}\"\n{}\n[listen]\npublic = \"127.0.0.1:0\"\n"
                                   "operator = \"127.0.0.1:0\"\n",
                                   data(), more));
}

ProgramResult InstalledGateway::run(std::vector<std::string> words, const std::string& input,
                                    const std::vector<std::string>& environment) const {
  words.insert(words.begin(), {binary(), "--config", config()});
  return run_program(std::move(words), input, environment);
}

std::string InstalledGateway::run_well(std::vector<std::string> words, const std::string& input) const {
  const std::string line = fmt::format("{}", fmt::join(words, " "));
  auto result = run(std::move(words), input);
  if (result.exit_code != 0) throw std::runtime_error(fmt::format("{}: {} {}", line, result.exit_code, result.err));
  return std::move(result.out);
}

TestTenant InstalledGateway::set_up_acme() const {
  TestTenant acme{"acme", "100000000000001", "app-secret-of-acme", "EAA-token-of-acme", "verify-token-of-acme", ""};
  run_well({"tenant", "create", "acme"});
  run_well({"secret", "set", "acme", "WHATSAPP_APP_SECRET"}, acme.app_secret + "\n");
  run_well({"secret", "set", "acme", "WHATSAPP_ACCESS_TOKEN"}, acme.access_token);
  run_well({"secret", "set", "acme", "WHATSAPP_VERIFY_TOKEN"}, acme.verify_token);
  run_well({"secret", "set", "acme", "WHATSAPP_PHONE_NUMBER_ID"}, acme.number);
  run_well({"agent", "set", "acme", "echo", "--kind", "echo"});
  run_well({"channel", "set", "acme", "--policy", "open"});
  const auto token = boost::json::parse(run_well({"--json", "token", "create", "acme"}));
  acme.api_token = token.at("token").as_string();
  return acme;
}

void InstalledGateway::serve(std::vector<std::string> before) {
  log_begin_ = log().size();
  std::ranges::copy(std::vector<std::string>{binary(), "--config", config(), "serve"}, std::back_inserter(before));
  server_ = std::make_unique<Process>(std::move(before), folder() + "/log");
  if (!eventually([this] { return log().find("gateway.ready", log_begin_) != std::string::npos; }))
    throw std::runtime_error("the server does not start: " + log());
}

unsigned short InstalledGateway::port_after(const std::string& word) const {
  const std::string text = log();
  const auto at = text.find(word + "127.0.0.1:", text.find("gateway.ready", log_begin_));
  if (at == std::string::npos) throw std::runtime_error("the log does not tell the port");
  return static_cast<unsigned short>(std::strtoul(text.c_str() + at + word.size() + 10, nullptr, 10));
}

HttpAnswer InstalledGateway::post(const TestTenant& tenant, const std::string& body) const {
  return http_call(public_port(), "POST", tenant.webhook_path(),
                   {{"X-Hub-Signature-256", signature(tenant.app_secret, body)}}, body);
}

}  // namespace claw::testing
