#include "app/cli.hpp"

#include <cstdio>
#include <pwd.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/offline_admin.hpp"
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

/// A row of a list that has columns; empty for all other lists.
std::string columns(const std::string& command, const json::object& row) {
  const auto cell = [&row](std::string_view name) { return plain(row.at(name)); };
  if (command == "tenant.list")
    return fmt::format("{:<24} {:<9} policy {:<9} {}", cell("name"),
                       row.at("enabled").as_bool() ? "enabled" : "disabled", cell("policy"), cell("webhook"));
  if (command == "pairing.list")
    return fmt::format("{:<9} {:<16} {:<24} at {:<16} until {}  {}", cell("code"), cell("address"), cell("name"),
                       cell("number"), cell("expires_at"), cell("first_words"));
  if (command == "access.list")
    return fmt::format("{:<16} {:<8} {:<24} at {:<16} since {} by {}{}", cell("address"), cell("standing"),
                       cell("name"), row.at("number").is_null() ? "all numbers" : cell("number"), cell("since"),
                       cell("by"), row.at("opted_out_at").is_null() ? "" : ", opted out " + cell("opted_out_at"));
  return {};
}

/// What a doctor's answer says of the whole; true for all other answers.
bool is_healthy(const json::object& answer) {
  const auto* healthy = answer.if_contains("healthy");
  return !healthy || !healthy->is_bool() || healthy->get_bool();
}

std::string render_routing(const json::object& routing) {
  std::string out;
  int place = 0;
  for (const auto& each : routing.at("rules").get_array()) {
    const auto& rule = each.get_object();
    const auto member = [&rule](std::string_view name, std::string_view before) {
      const auto* value = rule.if_contains(name);
      return value ? fmt::format("{}{}", before, plain(*value)) : std::string();
    };
    out += fmt::format("{:>3}. {}{}{} -> {}\n", ++place, plain(rule.at("by")), member("value", " "),
                       member("number", ", at number "), plain(rule.at("agent")));
  }
  return out + fmt::format("default agent {}\n", plain(routing.at("default_agent")));
}

std::string render_diagnosis(const json::object& diagnosis) {
  std::string out;
  for (const auto& each : diagnosis.at("checks").get_array()) {
    const auto& check = each.get_object();
    out +=
        fmt::format("{:<8} {:<22} {}\n", plain(check.at("severity")), plain(check.at("id")), plain(check.at("seen")));
    if (!check.at("do").is_null()) out += fmt::format("{:>31} {}\n", "->", plain(check.at("do")));
  }
  return out + (is_healthy(diagnosis) ? "Nothing is wrong.\n" : "Something is wrong: see the errors and warnings.\n");
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
  if (value.is_object()) {
    const auto& object = value.get_object();
    if (command == "doctor") return render_diagnosis(object);
    if (command == "routing.show" || command == "routing.set") return render_routing(object);
    return command == "routing.explain" ? plain(object.at("says")) + "\n" : render_object(object);
  }
  if (!value.is_array()) return plain(value) + "\n";
  if (value.get_array().empty()) return "none\n";
  std::string out;
  for (const auto& entry : value.get_array()) {
    const auto line = entry.is_object() ? columns(command, entry.get_object()) : std::string();
    out += (line.empty() ? plain(entry) : line) + "\n";
  }
  return out;
}

int run_admin_command(const Config& config, const std::string& command, const std::string& arguments, bool as_json) {
  Result<std::string> answer = fail(ErrorKind::kFatal, "");
  auto offline = OfflineAdmin::open(config);
  if (offline && command == "doctor")
    answer = fail(ErrorKind::kInvalid,
                  "no gateway runs on this data folder: start it with clawcentral serve, then ask again");
  else if (offline)
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
  if (command != "doctor") return 0;
  boost::system::error_code fault;
  const auto told = json::parse(*answer, fault);
  return !fault && told.is_object() && is_healthy(told.get_object()) ? 0 : 1;
}

}  // namespace claw
