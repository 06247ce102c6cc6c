#include "support/same_story.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace claw::testing {

namespace json = boost::json;

namespace {

std::string text_at(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

struct Told {
  std::map<std::string, int> stored;                        // question -> times
  std::map<std::string, std::vector<json::object>> answer;  // question -> its answers
  std::map<std::string, std::vector<std::string>> order;    // person -> questions in the ledger's order
};

Told what_the_api_tells(RealPrograms& programs) {
  Told told;
  std::map<std::string, std::string> question;  // by id
  for (const auto& each : programs.messages()) {
    if (text_at(each, "direction") == "inbound") {
      const auto text = text_at(each, "text");
      ++told.stored[text];
      question[text_at(each, "id")] = text;
      told.order[text_at(each.at("user").as_object(), "id")].push_back(text);
    } else {
      told.answer[question[text_at(each, "answers")]].push_back(each);
    }
  }
  return told;
}

struct Log {
  std::map<std::string, int> taken;  // wamid -> how often Meta took it
  bool whole = true;                 // it keeps the last 10,000 exchanges only

  [[nodiscard]] bool says_once(const std::string& wamid) const {
    const auto found = taken.find(wamid);
    return found == taken.end() ? !whole : found->second == 1;
  }
};

Log what_the_log_tells(RealPrograms& programs) {
  Log log;
  const auto entries = programs.log();
  log.whole = entries.empty() || entries.front().at("seq") == 1;
  for (const auto& entry : entries)
    if (text_at(entry, "kind") == "graph" && text_at(entry, "what") == "text" && !text_at(entry, "message").empty())
      ++log.taken[text_at(entry, "message")];
  return log;
}

}  // namespace

std::vector<std::string> disagreements(RealPrograms& programs) {
  std::vector<std::string> complaints;
  const auto complain = [&]<class... Args>(fmt::format_string<Args...> format, Args&&... args) {
    complaints.push_back(fmt::format(format, std::forward<Args>(args)...));
  };
  Told told = what_the_api_tells(programs);
  const Log log = what_the_log_tells(programs);
  const auto phones = programs.sim("GET", "/_sim/phones?limit=10000");
  for (const auto& phone : phones.at("phones").as_array()) {
    const auto person = text_at(phone.as_object(), "wa_id");
    std::map<std::string, std::vector<json::object>> shown;  // by text
    std::vector<std::string> order_shown, order_stored;
    for (const auto& message : programs.thread(person)) {
      const auto text = text_at(message, "text");
      if (text_at(message, "from") == "person") {
        if (told.stored[text] != 1) complain("{} is stored {} times", text, told.stored[text]);
        if (told.answer[text].size() != 1) complain("{} has {} answers", text, told.answer[text].size());
        continue;
      }
      shown[text].push_back(message);
      order_shown.push_back(text);
      if (!log.says_once(text_at(message, "id"))) complain("{} was not taken once by the log", text);
    }
    for (const auto& text : told.order[person]) {
      if (told.answer[text].size() != 1) continue;
      const auto& answer = told.answer[text].front();
      const auto state = text_at(answer, "state");
      const auto times = shown[text].size();
      if (times > 0) order_stored.push_back(text);
      if (times > 1) complain("{} was read {} times", text, times);
      if ((state == "unknown" || state == "failed") && text_at(answer, "reason").empty())
        complain("{} is {} and nobody says why", text, state);
      const bool sent = state == "sent" || state == "delivered" || state == "read";
      if (sent && times == 0) complain("{} is {} and on no phone", text, state);
      if (!sent && state != "unknown" && state != "failed") complain("{} is {}", text, state);
      if (times == 1 && sent && text_at(answer, "wamid") != text_at(shown[text].front(), "id"))
        complain("{} has another wamid than the phone", text);
    }
    if (order_shown != order_stored)
      complain("{} reads {} and the ledger has {}", person, fmt::join(order_shown, " "), fmt::join(order_stored, " "));
  }
  return complaints;
}

std::vector<std::string> log_disagreements(RealPrograms& programs, std::size_t tokenless) {
  std::vector<std::string> complaints;
  std::map<std::string, std::vector<json::object>> calls;  // message -> its sends, oldest first
  std::set<std::string> received;                          // wamids
  for (const auto& row : programs.delivery_log()) {
    if (text_at(row, "kind") == "graph" && !text_at(row, "message").empty()) {
      calls[text_at(row, "message")].push_back(row);
    } else if (text_at(row, "kind") == "webhook" && !row.at("wrong").as_bool()) {
      for (const auto& name : row.at("names").as_array()) received.emplace(name.as_string());
    }
  }
  for (const auto& message : programs.messages()) {
    const auto id = text_at(message, "id");
    const auto text = text_at(message, "text");
    if (text_at(message, "direction") == "inbound") {
      if (!received.contains(text_at(message, "wamid")))
        complaints.push_back(fmt::format("{} stands in no webhook of the log", text));
      continue;
    }
    const auto& sends = calls[id];
    const auto attempts = message.at("attempts").to_number<std::size_t>();
    const auto without_call = std::min(tokenless, attempts - std::min(attempts, sends.size()));
    tokenless -= without_call;
    if (sends.size() + without_call != attempts)
      complaints.push_back(
          fmt::format("{} was tried {} times and stands {} times in the log", text, attempts, sends.size()));
    const auto taken = std::ranges::count_if(sends, [](const auto& row) { return !row.at("wrong").as_bool(); });
    if (taken > 1) complaints.push_back(fmt::format("{} was taken {} times by the log", text, taken));
    if (text_at(message, "state") != "failed" || sends.empty() || taken > 0) continue;
    const auto* error = message.at("error").if_object();
    const auto code = error ? error->at("code").to_number<std::int64_t>() : 0;
    const auto& logged = sends.back().at("error_code");
    if (logged != json::value(code))
      complaints.push_back(fmt::format("{} failed with {} and the log says {}", text, code, json::serialize(logged)));
  }
  return complaints;
}

}  // namespace claw::testing
