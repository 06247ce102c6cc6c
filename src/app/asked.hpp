#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace claw {

/// The command line: what was asked for.
struct Asked {
  std::string config_path;
  std::string command;  ///< One of Commands; empty for serve.
  boost::json::object arguments;
  boost::json::object options;  ///< Of an agent.
  std::string system_file;
  std::string tenant, name, value_file, description, label, agent, kind, policy, search, email, role;
  std::string number, from, text, source_id;
  std::string webhook;
  std::vector<std::string> scopes, words;
  bool all = false;
  std::int64_t expires_days = 0;
  std::int64_t id = 0;
  bool keeps_value = false;
  bool make_default = false;
  bool platform_admin = false;
  bool check_only = false;
  bool as_json = false;
  bool serve = false;
};

/// Adds `group verb TENANT …` as one of Commands; `collect` puts its own arguments into the JSON.
CLI::App* add_command(Asked& asked, CLI::App& group, const std::string& verb, const std::string& about,
                      const std::string& command, bool names_tenant, std::function<void()> collect = {});

/// The bytes of a file, or of standard input where none is named. A secret's value never stands on the command line,
/// where other users of the machine could read it. Throws CLI::ValidationError.
[[nodiscard]] std::string read_value(const std::string& file);

}  // namespace claw
