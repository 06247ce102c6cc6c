#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/live_gateway.hpp"
#include "support/process.hpp"
#include "support/slow_model.hpp"

namespace claw::testing {

/// Two tenants with two numbers each on a real simulator, and the gateway in this process: what people do on their
/// phones and what they read there. Gateway and simulator share one clock that can be moved. Each tenant has the agents
/// `front` (the default) and `back`, which answer "front: TEXT" and "back: TEXT", and queue each message by itself.
class TwoTenants {
 public:
  static constexpr const char* kAcme1 = "100000000000011";
  static constexpr const char* kAcme2 = "100000000000012";
  static constexpr const char* kBeta1 = "100000000000021";
  static constexpr const char* kBeta2 = "100000000000022";

  TwoTenants();

  /// A person writes to a number; the wamid.
  std::string write(const std::string& phone, const std::string& number, const std::string& text);
  /// The same with more than text, as simulator/README.md has it.
  std::string send(const std::string& phone, const std::string& number, boost::json::object message);
  /// What the business said to them on that number, in order.
  std::vector<std::string> heard(const std::string& phone, const std::string& number);
  /// Until they heard this many.
  [[nodiscard]] bool hears(const std::string& phone, const std::string& number, std::size_t count);
  /// What a person's phone shows of a number.
  boost::json::object thread(const std::string& phone, const std::string& number);

  /// A call of a tenant's API, `target` from /api/v1 on; throws unless it is answered 2xx.
  boost::json::value call(const TestTenant& tenant, const std::string& method, const std::string& target,
                          const boost::json::value& body = {});
  /// Its status.
  int status(const TestTenant& tenant, const std::string& method, const std::string& target,
             const boost::json::value& body = {});
  /// The newest message of the tenant's list with this text.
  boost::json::object message(const TestTenant& tenant, const std::string& text);
  /// Until it is in this state.
  [[nodiscard]] bool is(const TestTenant& tenant, const std::string& text, const std::string& state);

  boost::json::value sim(const std::string& method, const std::string& target, const boost::json::value& body = {});
  /// Moves the clock of both.
  void advance(std::chrono::milliseconds by);

  SlowModel model;

 private:
  const unsigned short simulator_port_;
  TempDir folder_;

 public:
  LiveGateway gateway;
  TestTenant acme, beta;

 private:
  std::unique_ptr<Process> simulator_;
};

}  // namespace claw::testing
