#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "simulator/graph_error.hpp"

namespace claw::sim {

enum class TemplateStatus { kPending, kApproved, kRejected, kPaused, kDisabled };
/// "PENDING", …
[[nodiscard]] std::string_view to_string(TemplateStatus status);
[[nodiscard]] bool read_template_status(std::string_view text, TemplateStatus& status);

/// A message template in one language.
struct Template {
  std::string id{};
  std::string waba{};
  std::string name{};
  std::string language{};  ///< "en_US"
  std::string category{};  ///< AUTHENTICATION | MARKETING | UTILITY
  bool named = false;      ///< parameter_format: {{first_name}} in place of {{1}}.
  TemplateStatus status = TemplateStatus::kPending;
  std::string reason = "NONE";
  boost::json::array components{};  ///< As they were given.
};

/// The templates of all accounts. Pointers live until the template is removed. Not thread-safe.
class Templates {
 public:
  static constexpr std::size_t kMaxForWaba = 6'000;  ///< Meta's bound for a verified business.

  using Made = std::expected<Template*, GraphError>;
  /// Puts up a template that waits for its review. The refusals are Meta's: 100 for a member that is missing or cannot
  /// be (with subcode 2388024 where name and language are there already), 2388019 past kMaxForWaba, 2388040 for a text
  /// that is too long.
  Made create(std::string_view waba, const boost::json::object& request, std::string id);

  /// Lays new components or another category over it; its review begins anew.
  Made edit(Template& old, const boost::json::object& request);

  /// Removes all languages of a name, or only the one with `id` where it is not empty. False: there is none.
  bool remove(std::string_view waba, std::string_view name, std::string_view id);

  [[nodiscard]] Template* find(std::string_view id);
  [[nodiscard]] const Template* find(std::string_view id) const;
  [[nodiscard]] const Template* find(std::string_view waba, std::string_view name, std::string_view language) const;
  /// Of one account, or of all where `waba` is empty; by id.
  [[nodiscard]] std::vector<const Template*> list(std::string_view waba) const;

 private:
  std::map<std::string, Template, std::less<>> templates_;  ///< By id.
};

/// {"name", "parameter_format", "components", "language", "status", "category", "rejected_reason", "id"}
[[nodiscard]] boost::json::object template_json(const Template& made);

/// The names between {{ and }}, each once, in the order they stand in.
[[nodiscard]] std::vector<std::string> placeholders(std::string_view text);

}  // namespace claw::sim
