#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "simulator/graph_error.hpp"

namespace claw::sim {

class ContentCheck;

/// A place in a request that is being checked, or nowhere. What is asked of nowhere is nowhere, empty and no fault, so
/// that a check reads as the description of what is allowed.
class ContentNode {
 public:
  explicit operator bool() const { return value_ != nullptr; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] bool is_true(std::string_view name) const;

  /// The object that is a member here. A fault where it is missing though needed, or something else.
  [[nodiscard]] ContentNode object(std::string_view name, bool needed = true) const;
  /// The members of the array that is a member here; at least one, `most` at most, all objects. Empty after a fault.
  [[nodiscard]] std::vector<ContentNode> objects(std::string_view name, std::size_t most) const;
  /// The string that is a member here. A fault where it is missing or empty though needed, no string, or longer than
  /// `most` characters.
  std::string text(std::string_view name, std::size_t most, bool needed = true) const;
  /// A fault where the member is not one of these, or missing.
  std::string one_of(std::string_view name, std::initializer_list<std::string_view> allowed) const;
  /// A number, or a string that is one, within these bounds.
  void number(std::string_view name, double least, double greatest, bool needed = true) const;
  void boolean(std::string_view name) const;
  /// A fault for any other member.
  void only(std::initializer_list<std::string_view> allowed) const;
  /// A fault with what is wrong in words: error 100.
  void refuse(std::string details) const;
  /// A needed member is missing: error 131008.
  void lacks(std::string_view name) const;

 private:
  friend class ContentCheck;
  ContentNode(ContentCheck* check, const boost::json::value* value, std::string path)
      : check_(check), value_(value), path_(std::move(path)) {}
  [[nodiscard]] const boost::json::value* find(std::string_view name) const;
  [[nodiscard]] std::string name_of(std::string_view member) const;

  ContentCheck* check_;
  const boost::json::value* value_;  ///< An object, or nullptr for nowhere.
  std::string path_;
};

/// Remembers the first fault of a request. The request must outlive it.
class ContentCheck {
 public:
  /// The object named `name` of the request; nowhere, and a fault, where it is missing or something else.
  [[nodiscard]] ContentNode root(const boost::json::object& request, std::string_view name);
  /// A place by another path than its parents': an element of an array at the top.
  [[nodiscard]] ContentNode at(const boost::json::value& object, std::string path);
  void fault(GraphError error);
  [[nodiscard]] const std::optional<GraphError>& first_fault() const { return fault_; }

 private:
  std::optional<GraphError> fault_;
};

}  // namespace claw::sim
