#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace claw {

/// Fills the fields of a configuration from a TOML file and the environment.
///
/// Each field is bound once under its dotted key; the environment's `CLAWCENTRAL_` + key in capitals, with `__` for
/// each dot, wins over the file. What is bound keeps its default where neither says anything. All faults are collected,
/// so that one start tells them all.
class ConfigReader {
 public:
  /// `environment` as in environ(7), name to value; only names that begin with CLAWCENTRAL_ are looked at.
  explicit ConfigReader(std::map<std::string, std::string> environment);

  /// A check says what is wrong with a value, or nothing.
  using Check = std::function<std::string(const std::string&)>;
  void text(const char* key, std::string& field, Check check = {});
  void integer(const char* key, std::int64_t& field, std::int64_t min, std::int64_t max);
  /// In the environment separated by commas.
  void list(const char* key, std::vector<std::string>& field, Check check = {});

  /// Reads the file (none if `path` is empty) into what was bound. Returns the faults: unreadable file, syntax with its
  /// line, wrong types, values out of range, keys and variables that are not known.
  [[nodiscard]] std::vector<std::string> read(const std::string& path);

 private:
  struct Binding {
    /// Sets the field from a string, or from a TOML value given as its list of strings; returns what is wrong.
    std::function<std::string(const std::vector<std::string>&)> set;
    enum class Type { kText, kInteger, kList } type;
  };
  void read_file(const std::string& path, std::vector<std::string>& faults);
  void read_environment(std::vector<std::string>& faults);

  std::map<std::string, std::string> environment_;
  std::map<std::string, Binding> bindings_;
};

}  // namespace claw
