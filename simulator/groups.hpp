#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/clock.hpp"

namespace claw::sim {

/// What was said in a group.
struct GroupLine {
  std::string id;      ///< wamid
  std::string author;  ///< A member's digits; empty: the business.
  std::string type;
  std::string text;
  TimePoint at;
};

struct Group {
  std::string id;
  std::vector<std::string> members;  ///< Digits of who wrote there, who wrote first first.
  std::deque<GroupLine> lines;       ///< Oldest first; the oldest may be gone.
};

/// The groups that numbers are in: one is there once somebody has written in it. Bounded. Not thread-safe.
class Groups {
 public:
  static constexpr std::size_t kMaxGroups = 1'000;
  static constexpr std::size_t kMaxMembers = 1'024;
  static constexpr std::size_t kMaxLines = 1'000;  ///< Of one group.

  /// Somebody writes in a group of a number, and is a member from then on. False where there are too many groups.
  bool add(const std::string& number, const std::string& id, GroupLine line);
  /// nullptr where nobody wrote in it.
  [[nodiscard]] Group* find(const std::string& number, const std::string& id);
  /// The first of this id, at whatever number.
  [[nodiscard]] const Group* find(std::string_view id) const;
  void add_line(Group& group, GroupLine line);

 private:
  std::map<std::pair<std::string, std::string>, Group> groups_;  ///< By number and id.
};

/// {"id", "members": [digits], "messages": [{"id", "from": "person"|"business", "phone"?, "type", "text", "at"}]}
[[nodiscard]] boost::json::object group_json(const Group& group);

}  // namespace claw::sim
