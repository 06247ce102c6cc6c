#include "support/live_gateway.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "base/log.hpp"
#include "support/eventually.hpp"
#include "support/webhook_bodies.hpp"

namespace claw::testing {

namespace json = boost::json;

LiveGateway::LiveGateway(Options options) : options_(std::move(options)) {
  log::set_level(log::Level::kError);
  if (options_.begins_at != TimePoint{}) clock_.advance(options_.begins_at - clock_.now());
  start();
}

LiveGateway::~LiveGateway() {
  // What it still waits for must not hold up its stop.
  graph_.release();
}

void LiveGateway::start() {
  Config config;
  config.listen_public = "127.0.0.1:0";
  config.listen_operator = "127.0.0.1:0";
  config.base_domain = options_.base_domain;
  config.trusted_proxies = options_.trusted_proxies;
  config.data_dir = folder_.path() + "/d";
  config.graph_base_url = options_.graph_base_url.empty() ? graph_.base_url() : options_.graph_base_url;
  config.graph_ca_file = options_.graph_ca_file;
  config.net_allow_private = {"127.0.0.0/8"};
  config.ledger_cache_mib = 8;
  // The scripted Graph API has no limits; who tests them starts the simulator.
  config.graph_messages_per_second = 100'000;
  config.graph_pair_interval_ms = 0;
  config.threads = 2;
  auto started = Gateway::start(config, {&clock_, options_.sqlite_vfs, true, Passwords::kWeak});
  if (!started) throw std::runtime_error(started.error().message);
  gateway_ = std::move(*started);
}

void LiveGateway::stop() {
  gateway_.reset();
}

void LiveGateway::restart() {
  stop();
  start();
}

json::value LiveGateway::admin(const std::string& command, json::object arguments) {
  const auto answer = gateway_->admin(command, json::serialize(arguments));
  if (!answer) throw std::runtime_error(fmt::format("{}: {}", command, answer.error().message));
  return json::parse(*answer);
}

TestTenant LiveGateway::make_tenant(const std::string& name, const std::string& number) {
  auto tenant = make_tenant_without_agent(name, number);
  admin("agent.set", {{"tenant", name}, {"agent", "echo"}, {"kind", "echo"}});
  return tenant;
}

TestTenant LiveGateway::make_tenant_without_agent(const std::string& name, const std::string& number) {
  TestTenant tenant{name, number, "app-secret-of-" + name, "EAA-token-of-" + name, "verify-token-of-" + name, ""};
  admin("tenant.create", {{"tenant", name}});
  const std::pair<const char*, std::string> secrets[] = {{"WHATSAPP_APP_SECRET", tenant.app_secret},
                                                         {"WHATSAPP_ACCESS_TOKEN", tenant.access_token},
                                                         {"WHATSAPP_VERIFY_TOKEN", tenant.verify_token},
                                                         {"WHATSAPP_PHONE_NUMBER_ID", number}};
  for (const auto& [secret, value] : secrets)
    if (!value.empty()) admin("secret.set", {{"tenant", name}, {"name", secret}, {"value", value}});
  admin("channel.set", {{"tenant", name}, {"policy", "open"}});
  // Who counts answers wants one for each message.
  admin("conversations.set", {{"tenant", name}, {"queue", "followup"}});
  tenant.api_token = admin("token.create", {{"tenant", name}, {"label", "test"}}).at("token").as_string();
  return tenant;
}

HttpAnswer LiveGateway::post(const TestTenant& tenant, const std::string& body) {
  return post(tenant, body, signature(tenant.app_secret, body));
}

HttpAnswer LiveGateway::post(const TestTenant& tenant, const std::string& body, const std::string& signature) {
  HttpHeaders headers{{"Content-Type", "application/json"}};
  if (!signature.empty()) headers.emplace_back("X-Hub-Signature-256", signature);
  return call("POST", tenant.webhook_path(), headers, body);
}

HttpAnswer LiveGateway::call(const std::string& method, const std::string& target, const HttpHeaders& headers,
                             const std::string& body) {
  return http_call(public_port(), method, target, headers, body);
}

json::value LiveGateway::api(const TestTenant& tenant, const std::string& target) {
  const auto answer = call("GET", target, {{"Authorization", "Bearer " + tenant.api_token}});
  if (answer.status != 200) throw std::runtime_error(fmt::format("{}: {} {}", target, answer.status, answer.body));
  return json::parse(answer.body);
}

namespace {

std::vector<json::object> oldest_first(const json::value& page, std::string_view name) {
  std::vector<json::object> list;
  for (const auto& entry : page.at(name).as_array()) list.push_back(entry.as_object());
  std::ranges::reverse(list);
  return list;
}

}  // namespace

std::vector<json::object> LiveGateway::messages(const TestTenant& tenant, const std::string& query) {
  return oldest_first(api(tenant, "/api/v1/messages?limit=200&" + query), "messages");
}

std::vector<json::object> LiveGateway::events(const TestTenant& tenant, const std::string& query) {
  return oldest_first(api(tenant, "/api/v1/events?limit=200&" + query), "events");
}

json::object LiveGateway::message(const TestTenant& tenant, const std::string& id) {
  return api(tenant, "/api/v1/messages/" + id).as_object();
}

HttpAnswer LiveGateway::operator_get(const std::string& path) {
  return http_call(gateway_->operator_port(), "GET", path);
}

double LiveGateway::metric(const std::string& name) {
  const std::string page = operator_get("/metrics").body;
  const auto at = page.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::strtod(page.c_str() + at + name.size() + 2, nullptr);
}

void LiveGateway::settle(const TestTenant& tenant) {
  const auto is_settled = [&] {
    double taken = 0;
    for (const char* result : {"accepted", "duplicate", "refused"})
      taken += metric(fmt::format("clawcentral_intake_items_total{{result=\"{}\"}}", result));
    if (taken < metric("clawcentral_webhook_items_total")) return false;
    return std::ranges::none_of(messages(tenant), [](const json::object& message) {
      const auto state = text_of(message, "state");
      return state == "pending" || state == "queued" || state == "sending";
    });
  };
  if (!eventually(is_settled, std::chrono::seconds(15))) throw std::runtime_error("the gateway does not come to rest");
}

unsigned short LiveGateway::public_port() const {
  return gateway_->public_port();
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> all_of(const std::vector<json::object>& objects, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& object : objects) values.push_back(text_of(object, name));
  return values;
}

}  // namespace claw::testing
