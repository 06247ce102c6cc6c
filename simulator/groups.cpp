#include "simulator/groups.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace claw::sim {

namespace json = boost::json;

bool Groups::add(const std::string& number, const std::string& id, GroupLine line) {
  if (!groups_.contains({number, id}) && groups_.size() >= kMaxGroups) return false;
  Group& group = groups_[{number, id}];
  group.id = id;
  const bool is_member = std::ranges::find(group.members, line.author) != group.members.end();
  if (!is_member && group.members.size() < kMaxMembers) group.members.push_back(line.author);
  add_line(group, std::move(line));
  return true;
}

void Groups::add_line(Group& group, GroupLine line) {
  group.lines.push_back(std::move(line));
  if (group.lines.size() > kMaxLines) group.lines.pop_front();
}

Group* Groups::find(const std::string& number, const std::string& id) {
  const auto found = groups_.find({number, id});
  return found == groups_.end() ? nullptr : &found->second;
}

const Group* Groups::find(std::string_view id) const {
  const auto found = std::ranges::find_if(groups_, [id](const auto& entry) { return entry.second.id == id; });
  return found == groups_.end() ? nullptr : &found->second;
}

json::object group_json(const Group& group) {
  json::array messages;
  for (const auto& line : group.lines) {
    json::object message{{"id", line.id},
                         {"from", line.author.empty() ? "business" : "person"},
                         {"type", line.type},
                         {"text", line.text},
                         {"at", to_ms(line.at)}};
    if (!line.author.empty()) message["phone"] = line.author;
    messages.push_back(std::move(message));
  }
  return {{"id", group.id},
          {"members", json::array(group.members.begin(), group.members.end())},
          {"messages", std::move(messages)}};
}

}  // namespace claw::sim
