#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "app/gateway.hpp"
#include "support/http_call.hpp"
#include "support/scripted_graph.hpp"
#include "support/shiftable_clock.hpp"
#include "support/temp_dir.hpp"

namespace claw::testing {

/// A tenant with all it needs: secrets, number, echo agent, open policy, API token.
struct TestTenant {
  std::string name;
  std::string number;
  std::string app_secret;
  std::string access_token;
  std::string verify_token;
  std::string api_token;

  [[nodiscard]] std::string webhook_path() const { return "/t/" + name + "/webhooks/whatsapp"; }
};

/// The whole gateway in this process, on ports of its own, with a scripted Graph API: what a test posts as Meta, reads
/// as a tenant's program and sets up as the operator. What must not fail throws.
class LiveGateway {
 public:
  struct Options {
    std::string sqlite_vfs = {};
    std::string base_domain = "claw.test";
    std::vector<std::string> trusted_proxies = {};
    std::string graph_base_url = {};  ///< Empty: the scripted one.
    std::string graph_ca_file = {};
    TimePoint begins_at = {};  ///< By its clock; 0: now.
  };
  LiveGateway() : LiveGateway(Options{}) {}
  explicit LiveGateway(Options options);
  ~LiveGateway();

  /// Stops the gateway as SIGTERM does and starts it again on the same data.
  void restart();
  void stop();
  void start();

  [[nodiscard]] TestTenant make_tenant(const std::string& name, const std::string& number);
  /// The same with nobody who answers.
  [[nodiscard]] TestTenant make_tenant_without_agent(const std::string& name, const std::string& number);
  /// One command of the operator.
  boost::json::value admin(const std::string& command, boost::json::object arguments);

  /// Delivers a body as Meta does: signed, to the tenant's path.
  HttpAnswer post(const TestTenant& tenant, const std::string& body);
  /// The same with this signature header; empty: none.
  HttpAnswer post(const TestTenant& tenant, const std::string& body, const std::string& signature);
  HttpAnswer call(const std::string& method, const std::string& target, const HttpHeaders& headers = {},
                  const std::string& body = "");
  /// GET with the tenant's token. REQUIRES: the answer is 200.
  boost::json::value api(const TestTenant& tenant, const std::string& target);
  /// What GET /messages or /events lists (200 at most), the oldest first. `query` is like "direction=inbound".
  std::vector<boost::json::object> messages(const TestTenant& tenant, const std::string& query = "");
  std::vector<boost::json::object> events(const TestTenant& tenant, const std::string& query = "");
  boost::json::object message(const TestTenant& tenant, const std::string& id);

  /// A figure of the operator's page: name with labels. 0 where it is not there.
  double metric(const std::string& name);
  HttpAnswer operator_get(const std::string& path);

  /// Waits until all that was acknowledged since the start is accepted, every turn is over and nothing waits to be
  /// sent. Throws after 15 s.
  void settle(const TestTenant& tenant);

  [[nodiscard]] unsigned short public_port() const;
  [[nodiscard]] const std::string& data() const { return folder_.path(); }
  ScriptedGraph& graph() { return graph_; }
  ShiftableClock& clock() { return clock_; }

 private:
  const Options options_;
  TempDir folder_;
  ScriptedGraph graph_;
  ShiftableClock clock_;
  std::unique_ptr<Gateway> gateway_;
};

/// A text member, or "" where it is missing or no text.
[[nodiscard]] std::string text_of(const boost::json::object& object, std::string_view name);
/// The same member of each, in order.
[[nodiscard]] std::vector<std::string> all_of(const std::vector<boost::json::object>& objects, std::string_view name);

}  // namespace claw::testing
