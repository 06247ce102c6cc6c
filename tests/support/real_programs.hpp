#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "support/http_call.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace claw::testing {

/// The gateway and the simulator as programs of their own, put together as docs/ tell it: one tenant `acme` with the
/// echo agent on the simulator's number. What must not fail throws. Both die with this object.
class RealPrograms {
 public:
  static constexpr const char* kNumber = "100000000000001";
  static constexpr const char* kToken = "sim-access-token";

  struct Options {
    std::vector<std::string> simulator = {};  ///< Further flags.
    std::string gateway = {};                 ///< Further lines of [graph].
    bool empty = false;                       ///< The tenant has nothing but a token for the API.
    std::string public_url = {};              ///< Empty: where the gateway is.
  };
  RealPrograms() : RealPrograms(Options{}) {}
  explicit RealPrograms(Options options);
  ~RealPrograms();

  /// Returns when they answer.
  void start_gateway();
  void start_simulator();
  void kill_gateway() { gateway_.reset(); }
  [[nodiscard]] pid_t gateway_pid() const { return gateway_->pid(); }
  void kill_simulator() { simulator_.reset(); }

  /// One `clawcentral` command; its standard output.
  std::string claw(const std::string& words);
  /// The same as people read it, whatever the exit code.
  struct Said {
    int exit_code = 0;
    std::string out;
  };
  Said say(const std::string& words);
  void set_token(const std::string& token) { set_secret("WHATSAPP_ACCESS_TOKEN", token); }
  void set_secret(const std::string& name, const std::string& value, const std::string& tenant = "acme");

  /// A call of the simulator's control API, `target` from /_sim/ on. REQUIRES: it is answered 2xx.
  boost::json::value sim(const std::string& method, const std::string& target, const boost::json::value& body = {});
  /// The simulator's log, oldest first: what went over the wire.
  std::vector<boost::json::object> log();
  /// How often Meta refused a call with this code.
  std::size_t refusals(int code);
  /// Something goes wrong from now on, as simulator/README.md has it.
  void set_faults(boost::json::array faults);
  /// True where every fault that was set has struck.
  bool all_faults_struck();
  /// Somebody writes.
  void write(const std::string& phone, const std::string& text);
  /// What a person's phone shows, oldest first.
  std::vector<boost::json::object> thread(const std::string& phone);
  /// The texts there that the business sent, in order.
  std::vector<std::string> texts_on(const std::string& phone);

  /// All messages of the tenant as the API lists them, oldest first.
  std::vector<boost::json::object> messages();
  boost::json::object message(const std::string& id);
  /// The answers to `text`, with all that is known of them.
  std::vector<boost::json::object> answers_to(const std::string& text);
  /// All rows of the tenant's delivery log, oldest first.
  std::vector<boost::json::object> delivery_log();
  /// True where everything people wrote was acknowledged and stored, each turn is over, and nothing waits to be sent.
  bool at_rest();

  /// A call of the tenant's API, `target` from /api/v1 on; with another `token`, of whose it is.
  HttpAnswer call_api(const std::string& method, const std::string& target, const boost::json::value& body = {},
                      const std::string& token = "");
  /// The same without the token, anywhere on the public listener.
  HttpAnswer call_gateway(const std::string& method, const std::string& target, const std::string& body = "");
  /// Where Meta is: a Graph base URL.
  [[nodiscard]] std::string simulator_url() const;

  /// A figure of the gateway's metrics page; 0 where it is not there.
  double metric(const std::string& name);

 private:
  std::vector<boost::json::object> pages(const std::string& path, const char* member);
  boost::json::value api(const std::string& target);

  const Options options_;
  TempDir folder_;
  std::string where_;  ///< The folder, or where it stays to be looked at after a failure.
  unsigned short gateway_port_, operator_port_, simulator_port_;
  std::string api_token_;
  std::size_t written_ = 0;
  std::unique_ptr<Process> simulator_, gateway_;
};

}  // namespace claw::testing
