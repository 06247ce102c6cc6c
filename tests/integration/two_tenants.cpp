#include "integration/two_tenants.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "support/eventually.hpp"

namespace claw::testing {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds kPatience{20};

json::object number_of(const TestTenant& tenant, const std::string& id, unsigned short port) {
  return {{"id", id},
          {"display_phone_number", "1555" + id.substr(id.size() - 7)},
          {"verified_name", tenant.name},
          {"waba_id", "2" + tenant.number.substr(1)},
          {"app_id", "3" + tenant.number.substr(1)},
          {"token", tenant.access_token},
          {"app_secret", tenant.app_secret},
          {"verify_token", tenant.verify_token},
          {"callback", fmt::format("http://127.0.0.1:{}{}", port, tenant.webhook_path())},
          {"limits", "none"}};
}

}  // namespace

TwoTenants::TwoTenants()
    : simulator_port_(free_port()),
      gateway({.graph_base_url = fmt::format("http://127.0.0.1:{}", simulator_port_)}),
      acme(gateway.make_tenant_without_agent("acme", kAcme1)),
      beta(gateway.make_tenant_without_agent("beta", kBeta1)) {
  json::array numbers;
  for (const auto& [tenant, ids] :
       {std::pair{&acme, std::pair{kAcme1, kAcme2}}, std::pair{&beta, std::pair{kBeta1, kBeta2}}}) {
    gateway.admin("secret.set", {{"tenant", tenant->name},
                                 {"name", "WHATSAPP_PHONE_NUMBER_ID"},
                                 {"value", fmt::format("{}, {}", ids.first, ids.second)}});
    for (const char* agent : {"back", "front"})
      gateway.admin("agent.set", {{"tenant", tenant->name},
                                  {"agent", agent},
                                  {"kind", "openai"},
                                  {"options", {{"url", model.url()}, {"model", agent}, {"format", "plain"}}},
                                  {"default", agent == std::string_view("front")}});
    call(*tenant, "PATCH", "/conversation-settings", json::object{{"queue", "followup"}});
    for (const auto& id : {ids.first, ids.second}) numbers.push_back(number_of(*tenant, id, gateway.public_port()));
  }
  const std::string file = folder_.file("numbers.json");
  std::ofstream(file) << json::serialize(numbers);
  simulator_ = std::make_unique<Process>(
      std::vector<std::string>{CLAW_SIMULATOR, "--listen", fmt::format("127.0.0.1:{}", simulator_port_), "--numbers",
                               file, "--status-delay-ms", "20"},
      folder_.file("simulator.log"));
  const auto is_ready = [&] {
    try {
      return http_call(simulator_port_, "GET", "/_sim/stats").status == 200;
    } catch (const std::exception&) {
      return false;
    }
  };
  if (!eventually(is_ready, kPatience)) throw std::runtime_error("the simulator does not start");
}

std::string TwoTenants::write(const std::string& phone, const std::string& number, const std::string& text) {
  return send(phone, number, {{"text", text}});
}

std::string TwoTenants::send(const std::string& phone, const std::string& number, json::object message) {
  message["to"] = number;
  const auto answer = sim("POST", fmt::format("/_sim/phones/{}/messages", phone), std::move(message));
  return std::string(answer.at("id").as_string());
}

json::object TwoTenants::thread(const std::string& phone, const std::string& number) {
  return sim("GET", fmt::format("/_sim/phones/{}/messages?number={}", phone, number)).as_object();
}

std::vector<std::string> TwoTenants::heard(const std::string& phone, const std::string& number) {
  std::vector<std::string> texts;
  const auto shown = thread(phone, number);
  for (const auto& each : shown.at("messages").as_array())
    if (each.at("from").as_string() == "business") texts.emplace_back(each.at("text").as_string());
  return texts;
}

bool TwoTenants::hears(const std::string& phone, const std::string& number, std::size_t count) {
  return eventually([&] { return heard(phone, number).size() >= count; }, kPatience);
}

json::value TwoTenants::call(const TestTenant& tenant, const std::string& method, const std::string& target,
                             const json::value& body) {
  const auto text = body.is_null() ? "" : json::serialize(body);
  const auto answer =
      gateway.call(method, "/api/v1" + target,
                   {{"Authorization", "Bearer " + tenant.api_token}, {"Content-Type", "application/json"}}, text);
  if (answer.status < 200 || answer.status >= 300)
    throw std::runtime_error(fmt::format("{} {} {}: {} {}", method, target, text, answer.status, answer.body));
  return answer.body.empty() ? json::value() : json::parse(answer.body);
}

int TwoTenants::status(const TestTenant& tenant, const std::string& method, const std::string& target,
                       const json::value& body) {
  return gateway
      .call(method, "/api/v1" + target,
            {{"Authorization", "Bearer " + tenant.api_token}, {"Content-Type", "application/json"}},
            body.is_null() ? "" : json::serialize(body))
      .status;
}

json::object TwoTenants::message(const TestTenant& tenant, const std::string& text) {
  for (auto& each : gateway.api(tenant, "/api/v1/messages?limit=200").at("messages").as_array())
    if (each.at("text").as_string() == text) return each.as_object();
  return {};
}

bool TwoTenants::is(const TestTenant& tenant, const std::string& text, const std::string& state) {
  return eventually([&] { return text_of(message(tenant, text), "state") == state; }, kPatience);
}

json::value TwoTenants::sim(const std::string& method, const std::string& target, const json::value& body) {
  const auto text = body.is_null() ? "" : json::serialize(body);
  const auto answer = http_call(simulator_port_, method, target, {{"Content-Type", "application/json"}}, text);
  if (answer.status < 200 || answer.status >= 300)
    throw std::runtime_error(fmt::format("{} {} {}: {} {}", method, target, text, answer.status, answer.body));
  return json::parse(answer.body);
}

void TwoTenants::advance(std::chrono::milliseconds by) {
  gateway.clock().advance(by);
  sim("POST", "/_sim/clock", json::object{{"advance_ms", by.count()}});
}

}  // namespace claw::testing
