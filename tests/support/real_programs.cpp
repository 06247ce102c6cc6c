#include "support/real_programs.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/wait.h>

#include "support/eventually.hpp"

namespace claw::testing {

namespace json = boost::json;

namespace {

std::string text_at(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

/// What a program said last.
std::string last_lines(const std::string& path) {
  constexpr std::size_t kMost = 2000;
  std::ifstream file(path);
  std::string all{std::istreambuf_iterator<char>(file), {}};
  return all.size() <= kMost ? all : all.substr(all.size() - kMost);
}

}  // namespace

RealPrograms::RealPrograms(Options options)
    : options_(std::move(options)),
      where_(folder_.path()),
      gateway_port_(free_port()),
      operator_port_(free_port()),
      simulator_port_(free_port()) {
  std::ofstream(where_ + "/claw.toml") << fmt::format(
      "data_dir = \"{}/data\"\npublic_url = \"{}\"\n[listen]\npublic = \"127.0.0.1:{}\"\noperator = "
      "\"127.0.0.1:{}\"\n"
      "[net]\nallow_private = [\"127.0.0.0/8\"]\n[log]\nlevel = \"warn\"\n"
      "[graph]\nbase_url = \"http://127.0.0.1:{}\"\n{}\n",
      where_, options_.public_url.empty() ? fmt::format("http://127.0.0.1:{}", gateway_port_) : options_.public_url,
      gateway_port_, operator_port_, simulator_port_, options_.gateway);
  claw("tenant create acme");
  if (!options_.empty) {
    set_token(kToken);
    set_secret("WHATSAPP_APP_SECRET", "sim-app-secret");
    set_secret("WHATSAPP_PHONE_NUMBER_ID", kNumber);
    claw("agent set acme echo --kind echo");
    claw("channel set acme --policy open");
    // Who counts answers wants one for each message.
    claw("conversations set acme --queue followup");
  }
  api_token_ = text_at(json::parse(claw("token create acme")).as_object(), "token");
  start_simulator();
  start_gateway();
}

RealPrograms::~RealPrograms() {
  gateway_.reset();
  simulator_.reset();
  if (!::testing::Test::HasFailure()) return;
  const std::string kept = where_ + ".failed";
  std::error_code ignored;
  std::filesystem::rename(where_, kept, ignored);
  fmt::print("the logs and the database are in {}\n", kept);
}

void RealPrograms::start_gateway() {
  gateway_ = std::make_unique<Process>(
      std::vector<std::string>{CLAW_GATEWAY, "serve", "--config", where_ + "/claw.toml"}, where_ + "/gateway.log");
  const auto is_ready = [&] {
    try {
      // Its two listeners open one after the other: what answers on one says nothing of the other.
      (void)http_call(gateway_port_, "GET", "/");
      return http_call(operator_port_, "GET", "/readyz").status == 200;
    } catch (const std::exception&) {
      return false;  // it does not listen yet
    }
  };
  if (!eventually(is_ready, std::chrono::seconds(30)))
    throw std::runtime_error("the gateway does not start: " + last_lines(where_ + "/gateway.log"));
}

void RealPrograms::start_simulator() {
  std::vector<std::string> command{CLAW_SIMULATOR,
                                   "--listen",
                                   fmt::format("127.0.0.1:{}", simulator_port_),
                                   "--callback",
                                   fmt::format("http://127.0.0.1:{}/t/acme/webhooks/whatsapp", gateway_port_),
                                   "--status-delay-ms",
                                   "20"};
  command.insert(command.end(), options_.simulator.begin(), options_.simulator.end());
  simulator_ = std::make_unique<Process>(std::move(command), where_ + "/simulator.log");
  const auto is_ready = [&] {
    try {
      return http_call(simulator_port_, "GET", "/_sim/stats").status == 200;
    } catch (const std::exception&) {
      return false;
    }
  };
  if (!eventually(is_ready, std::chrono::seconds(30)))
    throw std::runtime_error("the simulator does not start: " + last_lines(where_ + "/simulator.log"));
  written_ = 0;
}

RealPrograms::Said RealPrograms::say(const std::string& words) {
  const std::string command = fmt::format("{} --config {}/claw.toml {}", CLAW_GATEWAY, where_, words);
  auto* const pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error(command);
  Said said;
  for (char buffer[4096]; const auto count = ::fread(buffer, 1, sizeof buffer, pipe);) said.out.append(buffer, count);
  const int status = ::pclose(pipe);
  said.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

std::string RealPrograms::claw(const std::string& words) {
  auto said = say("--json " + words);
  if (said.exit_code != 0) throw std::runtime_error(words + ": " + said.out);
  return std::move(said.out);
}

void RealPrograms::set_secret(const std::string& name, const std::string& value, const std::string& tenant) {
  std::ofstream(where_ + "/value") << value;
  claw(fmt::format("secret set {} {} --file {}/value", tenant, name, where_));
}

json::value RealPrograms::sim(const std::string& method, const std::string& target, const json::value& body) {
  const auto text = body.is_null() ? "" : json::serialize(body);
  const auto answer = http_call(simulator_port_, method, target, {{"Content-Type", "application/json"}}, text);
  if (answer.status < 200 || answer.status >= 300)
    throw std::runtime_error(fmt::format("{} {} {}: {} {}", method, target, text, answer.status, answer.body));
  return json::parse(answer.body);
}

std::vector<json::object> RealPrograms::log() {
  std::vector<json::object> all;
  for (std::int64_t after = 0;;) {
    const auto page = sim("GET", fmt::format("/_sim/log?limit=1000&after={}", after));
    const auto& entries = page.at("entries").as_array();
    if (entries.empty()) return all;
    for (const auto& entry : entries) all.push_back(entry.as_object());
    after = all.back().at("seq").to_number<std::int64_t>();
  }
}

std::size_t RealPrograms::refusals(int code) {
  return static_cast<std::size_t>(std::ranges::count_if(log(), [code](const json::object& entry) {
    const auto* refused = entry.if_contains("code");
    return refused && refused->is_number() && refused->to_number<int>() == code;
  }));
}

void RealPrograms::set_faults(json::array faults) {
  sim("POST", "/_sim/faults", std::move(faults));
}

bool RealPrograms::all_faults_struck() {
  const auto told = sim("GET", "/_sim/faults");
  return std::ranges::all_of(told.at("faults").as_array(),
                             [](const json::value& fault) { return fault.at("left").to_number<int>() == 0; });
}

void RealPrograms::write(const std::string& phone, const std::string& text) {
  sim("POST", fmt::format("/_sim/phones/{}/messages", phone), json::object{{"text", text}});
  ++written_;
}

std::vector<json::object> RealPrograms::thread(const std::string& phone) {
  std::vector<json::object> all;
  const auto shown = sim("GET", fmt::format("/_sim/phones/{}/messages?limit=10000", phone));
  for (const auto& message : shown.at("messages").as_array()) all.push_back(message.as_object());
  return all;
}

std::vector<std::string> RealPrograms::texts_on(const std::string& phone) {
  std::vector<std::string> texts;
  for (const auto& message : thread(phone))
    if (text_at(message, "from") == "business") texts.push_back(text_at(message, "text"));
  return texts;
}

json::value RealPrograms::api(const std::string& target) {
  const auto answer = http_call(gateway_port_, "GET", "/api/v1" + target, {{"Authorization", "Bearer " + api_token_}});
  if (answer.status != 200) throw std::runtime_error(fmt::format("{}: {} {}", target, answer.status, answer.body));
  return json::parse(answer.body);
}

HttpAnswer RealPrograms::call_api(const std::string& method, const std::string& target, const json::value& body,
                                  const std::string& token) {
  return http_call(gateway_port_, method, "/api/v1" + target,
                   {{"Authorization", "Bearer " + (token.empty() ? api_token_ : token)}},
                   body.is_null() ? "" : json::serialize(body));
}

HttpAnswer RealPrograms::call_gateway(const std::string& method, const std::string& target, const std::string& body) {
  return http_call(gateway_port_, method, target, {}, body);
}

std::string RealPrograms::simulator_url() const {
  return fmt::format("http://127.0.0.1:{}", simulator_port_);
}

/// All pages of a list, oldest first.
std::vector<json::object> RealPrograms::pages(const std::string& path, const char* member) {
  std::vector<json::object> all;
  for (std::string before;;) {
    auto page = api(path + "?limit=200" + before).as_object();
    for (auto& each : page.at(member).as_array()) all.push_back(std::move(each.as_object()));
    if (page.at("next").is_null()) break;
    before = "&before=" + text_at(page, "next");
  }
  std::ranges::reverse(all);
  return all;
}

std::vector<json::object> RealPrograms::messages() {
  return pages("/messages", "messages");
}

std::vector<json::object> RealPrograms::delivery_log() {
  return pages("/delivery-log", "deliveries");
}

json::object RealPrograms::message(const std::string& id) {
  return api("/messages/" + id).as_object();
}

std::vector<json::object> RealPrograms::answers_to(const std::string& text) {
  const auto all = messages();
  std::set<std::string> questions;
  for (const auto& each : all)
    if (text_at(each, "direction") == "inbound" && text_at(each, "text") == text) questions.insert(text_at(each, "id"));
  std::vector<json::object> answers;
  for (const auto& each : all)
    if (text_at(each, "direction") == "outbound" && questions.contains(text_at(each, "answers")))
      answers.push_back(message(text_at(each, "id")));
  return answers;
}

bool RealPrograms::at_rest() {
  std::size_t inbound = 0;
  for (const auto& each : messages()) {
    const auto state = text_at(each, "state");
    inbound += text_at(each, "direction") == "inbound";
    if (state == "pending" || state == "queued" || state == "sending") return false;
  }
  if (inbound < written_) return false;
  const auto phones = sim("GET", "/_sim/phones?limit=10000");
  for (const auto& phone : phones.at("phones").as_array())
    for (const auto& each : thread(text_at(phone.as_object(), "wa_id")))
      if (text_at(each, "from") == "person" && text_at(each.at("delivery").as_object(), "state") != "answered")
        return false;
  return true;
}

double RealPrograms::metric(const std::string& name) {
  const std::string page = http_call(operator_port_, "GET", "/metrics").body;
  const auto at = page.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::strtod(page.c_str() + at + name.size() + 2, nullptr);
}

}  // namespace claw::testing
