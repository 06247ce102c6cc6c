#include "app/cli.hpp"

#include <cstdio>
#include <pwd.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/gateway.hpp"
#include "net/curl_client.hpp"

namespace claw {
namespace {

namespace json = boost::json;

/// A server that is just starting holds the lock a moment before it listens.
constexpr int kSocketTries = 50;
constexpr std::chrono::milliseconds kSocketRetry{100};

std::string plain(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_null()) return "-";
  if (!value.is_object()) return json::serialize(value);
  std::string line;
  for (const auto& [name, inner] : value.get_object())
    line += fmt::format("{}{}: {}", line.empty() ? "" : ", ", std::string_view(name), plain(inner));
  return line;
}

std::string render_object(const json::object& object) {
  std::string out;
  for (const auto& [name, value] : object) {
    if (!value.is_array() && !value.is_object()) {
      out += fmt::format("{:<13} {}\n", std::string_view(name), plain(value));
      continue;
    }
    out += fmt::format("{}\n", std::string_view(name));
    if (value.is_object())
      for (const auto& [key, inner] : value.get_object())
        out += fmt::format("  {}: {}\n", std::string_view(key), plain(inner));
    else
      for (const auto& inner : value.get_array()) out += fmt::format("  {}\n", plain(inner));
    if (out.ends_with(fmt::format("{}\n", std::string_view(name)))) out += "  none\n";
  }
  return out;
}

/// Who is at the keyboard, as the system knows them.
std::string operator_name() {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found) != 0 || !found)
    return fmt::format("uid {}", ::getuid());
  return found->pw_name;
}

Result<std::string> by_socket(const Config& config, const std::string& command, const std::string& arguments) {
  IoPool io(1);
  net::CurlClient client(io, {});
  for (int left = kSocketTries;; --left) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = "http://gateway/admin/" + command;
    request.unix_socket = config.admin_socket();
    request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"X-Claw-Operator", operator_name()});
    request.body = arguments;
    const auto answer =
        boost::asio::co_spawn(io.executor(0), client.send(std::move(request)), boost::asio::use_future).get();
    if (!answer && answer.error().kind == ErrorKind::kTransient && left > 0) {
      std::this_thread::sleep_for(kSocketRetry);
      continue;
    }
    if (!answer) return fail(answer.error().kind, "the running server does not answer: " + answer.error().message);
    if (answer->status == 200) return answer->body;
    boost::system::error_code fault;
    const auto problem = json::parse(answer->body, fault);
    const auto* detail = !fault && problem.is_object() ? problem.get_object().if_contains("detail") : nullptr;
    return fail(ErrorKind::kInvalid, detail && detail->is_string() ? std::string(detail->get_string())
                                                                   : fmt::format("the server said {}", answer->status));
  }
}

}  // namespace

std::string render_for_people(const std::string& command, const std::string& answer) {
  boost::system::error_code fault;
  const auto value = json::parse(answer, fault);
  if (fault) return answer + "\n";
  if (value.is_object()) return render_object(value.get_object());
  if (!value.is_array()) return plain(value) + "\n";
  if (value.get_array().empty()) return "none\n";
  std::string out;
  for (const auto& entry : value.get_array()) {
    if (command != "tenant.list") {
      out += plain(entry) + "\n";
      continue;
    }
    const auto& tenant = entry.as_object();
    out += fmt::format("{:<24} {:<9} policy {:<9} {}\n", plain(tenant.at("name")),
                       tenant.at("enabled").as_bool() ? "enabled" : "disabled", plain(tenant.at("policy")),
                       plain(tenant.at("webhook")));
  }
  return out;
}

int run_admin_command(const Config& config, const std::string& command, const std::string& arguments, bool as_json) {
  Result<std::string> answer = fail(ErrorKind::kFatal, "");
  auto offline = OfflineAdmin::open(config);
  if (offline)
    answer = (*offline)->run(command, arguments, operator_name());
  else if (offline.error().kind == ErrorKind::kConflict)
    answer = by_socket(config, command, arguments);
  else
    answer = std::unexpected(offline.error());
  if (!answer) {
    fmt::print(stderr, "clawcentral: {}\n", answer.error().message);
    return 1;
  }
  fmt::print("{}", as_json ? *answer + "\n" : render_for_people(command, *answer));
  return 0;
}

}  // namespace claw
