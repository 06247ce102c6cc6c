#include "app/cli.hpp"

#include <cstdio>
#include <optional>
#include <pwd.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/api_commands.hpp"
#include "app/offline_admin.hpp"
#include "net/curl_client.hpp"

namespace claw {
namespace {

namespace json = boost::json;

/// A server that is just starting holds the lock a moment before it listens.
constexpr int kSocketTries = 50;
constexpr std::chrono::milliseconds kSocketRetry{100};
/// How long a running gateway may take for a command: it answers from its files, or has called somebody once.
constexpr std::chrono::seconds kSocketPatience{30};
/// For a diagnosis, in which everybody who is called may hang: Meta for some calls in a row, then all others at once,
/// each for Doctor::kPatience.
constexpr std::chrono::seconds kDoctorPatience{120};

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

std::string dead_letter_line(const json::object& row) {
  const auto cell = [&row](std::string_view name) { return plain(row.at(name)); };
  auto line = fmt::format(
      "{}  {:<12} {:<24} {:<24} {}", cell("id"), cell("state"), cell("created_at"),
      plain(row.at("user").at("name").is_null() ? row.at("user").at("id") : row.at("user").at("name")), cell("reason"));
  if (const auto* error = row.if_contains("error"))
    line += fmt::format("\n{:>20} {} ({})", "->", plain(error->at("advice")), plain(error->at("link")));
  return line;
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
  if (command == "dead_letters.list") return dead_letter_line(row);
  if (command == "webhooks.list")
    return fmt::format("{:<24} {:<9} {:>6} waiting  {}{}", cell("name"),
                       row.at("enabled").as_bool() ? "enabled" : "disabled", cell("waiting"),
                       row.at("agent").is_null() ? cell("url") : "agent " + cell("agent"),
                       row.at("held_until").is_null() ? "" : ", held until " + cell("held_until"));
  if (command == "webhooks.log")
    return fmt::format("{}  {:<9} {:<24} {:<24} tried {:>2}  {}", cell("id"), cell("state"), cell("event"), cell("at"),
                       cell("attempts"), row.at("reason").is_null() ? "" : cell("reason"));
  return {};
}

/// What a doctor's answer says of the whole.
bool is_healthy(const json::object& diagnosis) {
  return diagnosis.at("healthy").as_bool();
}

/// Where a question was answered with no: a script that asks wants to hear it.
bool says_no(const std::string& command, const std::string& answer) {
  if (command != "doctor" && command != "webhooks.test") return false;
  boost::system::error_code fault;
  const auto told = json::parse(answer, fault);
  if (fault || !told.is_object()) return true;
  return !(command == "doctor" ? is_healthy(told.get_object()) : told.at("delivered").as_bool());
}

/// Commands about what a gateway does at the moment, not about its files alone.
bool needs_gateway(const std::string& command) {
  return command == "doctor" || ApiCommands::is_mine(command);
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

/// The answer has a list with this name, and perhaps what the next page begins before.
std::string render_page(const std::string& command, const json::object& page, const char* name) {
  std::string out;
  for (const auto& row : page.at(name).as_array()) out += columns(command, row.get_object()) + "\n";
  if (out.empty()) return "none\n";
  const auto* next = page.if_contains("next");
  return next && next->is_string() ? out + fmt::format("older ones: --before {}\n", plain(*next)) : out;
}

std::string render_rerun(const json::object& answer) {
  auto out = fmt::format("{} run again\n", answer.at("rerun").as_array().size());
  for (const auto& each : answer.at("left").as_array())
    out += fmt::format("{} left alone: {}\n", plain(each.at("id")), plain(each.at("reason")));
  if (answer.at("more").as_bool()) out += "There are more: say it again for them.\n";
  return out;
}

std::string render_replay(const json::object& answer) {
  return fmt::format("{} are sent again{}\n", plain(answer.at("events")),
                     answer.at("more").as_bool() ? "; there are more: say it again for them" : "");
}

std::string render_test(const json::object& answer) {
  if (answer.at("delivered").as_bool())
    return fmt::format("It took the test: {} after {} ms.\n", plain(answer.at("answer_status")),
                       plain(answer.at("took_ms")));
  return fmt::format("It did not take the test: {}\n", plain(answer.at("reason")));
}

/// What has a form of its own; nothing for all else.
std::optional<std::string> render_special(const std::string& command, const json::object& answer) {
  if (command == "doctor") return render_diagnosis(answer);
  if (command == "routing.show" || command == "routing.set") return render_routing(answer);
  if (command == "routing.explain") return plain(answer.at("says")) + "\n";
  if (command == "dead_letters.list") return render_page(command, answer, "dead_letters");
  if (command == "dead_letters.rerun") return render_rerun(answer);
  if (command == "webhooks.list") return render_page(command, answer, "sinks");
  if (command == "webhooks.log") return render_page(command, answer, "events");
  if (command == "webhooks.replay") return render_replay(answer);
  if (command == "webhooks.test") return render_test(answer);
  return std::nullopt;
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
    request.total_timeout = command == "doctor" ? kDoctorPatience : kSocketPatience;
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
    auto special = render_special(command, object);
    return special ? std::move(*special) : render_object(object);
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
  if (offline && needs_gateway(command))
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
  return says_no(command, *answer) ? 1 : 0;
}

}  // namespace claw
