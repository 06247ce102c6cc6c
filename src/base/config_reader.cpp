#include "base/config_reader.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <toml++/toml.h>

#include <fmt/format.h>

namespace claw {
namespace {

constexpr std::string_view kPrefix = "CLAWCENTRAL_";
/// Names with our prefix that are no settings: where the file is, for the command line.
constexpr std::string_view kNoSetting = "CLAWCENTRAL_CONFIG";

std::string key_of(std::string_view variable) {
  std::string key;
  for (std::size_t i = kPrefix.size(); i < variable.size(); ++i) {
    if (variable[i] == '_' && i + 1 < variable.size() && variable[i + 1] == '_') {
      key.push_back('.');
      ++i;
    } else {
      key.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(variable[i]))));
    }
  }
  return key;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size() && !text.empty();) {
    const auto comma = std::min(text.find(',', at), text.size());
    auto part = text.substr(at, comma - at);
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
    if (!part.empty()) parts.push_back(std::move(part));
    at = comma + 1;
  }
  return parts;
}

void flatten(const toml::table& table, const std::string& prefix, std::map<std::string, const toml::node*>& into) {
  for (const auto& [key, node] : table) {
    const std::string path = prefix + std::string(key.str());
    if (const auto* inner = node.as_table())
      flatten(*inner, path + ".", into);
    else
      into[path] = &node;
  }
}

}  // namespace

ConfigReader::ConfigReader(std::map<std::string, std::string> environment) : environment_(std::move(environment)) {}

void ConfigReader::text(const char* key, std::string& field, Check check) {
  bindings_[key] = {[&field, check = std::move(check)](const std::vector<std::string>& values) -> std::string {
                      if (check)
                        if (auto fault = check(values.front()); !fault.empty()) return fault;
                      field = values.front();
                      return {};
                    },
                    Binding::Type::kText};
}

void ConfigReader::integer(const char* key, std::int64_t& field, std::int64_t min, std::int64_t max) {
  bindings_[key] = {[&field, min, max](const std::vector<std::string>& values) -> std::string {
                      const std::string& text = values.front();
                      std::int64_t value = 0;
                      const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
                      if (fault != std::errc{} || end != text.data() + text.size() || value < min || value > max)
                        return fmt::format("must be a whole number from {} to {}, not \"{}\"", min, max, text);
                      field = value;
                      return {};
                    },
                    Binding::Type::kInteger};
}

void ConfigReader::list(const char* key, std::vector<std::string>& field, Check check) {
  bindings_[key] = {[&field, check = std::move(check)](const std::vector<std::string>& values) -> std::string {
                      if (check)
                        for (const auto& value : values)
                          if (auto fault = check(value); !fault.empty()) return fault;
                      field = values;
                      return {};
                    },
                    Binding::Type::kList};
}

void ConfigReader::read_file(const std::string& path, std::vector<std::string>& faults) {
  std::ifstream file(path);
  // A folder opens, and reads as if it were empty.
  if (!file || std::filesystem::is_directory(path)) {
    faults.push_back(fmt::format("{}: the file cannot be read", path));
    return;
  }
  toml::table table;
  try {
    table = toml::parse(file, path);
  } catch (const toml::parse_error& error) {
    faults.push_back(fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
    return;
  }
  std::map<std::string, const toml::node*> found;
  flatten(table, "", found);
  for (const auto& [key, node] : found) {
    const auto fault = [&, line = node->source().begin.line](std::string_view what) {
      faults.push_back(fmt::format("{}:{}: {}: {}", path, line, key, what));
    };
    const auto binding = bindings_.find(key);
    if (binding == bindings_.end()) {
      fault("there is no such setting");
      continue;
    }
    std::vector<std::string> values;
    bool fits = true;
    switch (binding->second.type) {
      case Binding::Type::kText:
        if ((fits = node->is_string())) values = {node->as_string()->get()};
        break;
      case Binding::Type::kInteger:
        if ((fits = node->is_integer())) values = {std::to_string(node->as_integer()->get())};
        break;
      case Binding::Type::kList:
        if ((fits = node->is_array()))
          for (const auto& element : *node->as_array()) {
            fits = fits && element.is_string();
            if (element.is_string()) values.push_back(element.as_string()->get());
          }
        break;
    }
    static constexpr const char* kTypes[] = {"must be a text in quotes", "must be a whole number",
                                             "must be a list of texts"};
    if (!fits)
      fault(kTypes[static_cast<int>(binding->second.type)]);
    else if (const auto wrong = binding->second.set(values); !wrong.empty())
      fault(wrong);
  }
}

void ConfigReader::read_environment(std::vector<std::string>& faults) {
  for (const auto& [name, value] : environment_) {
    if (!name.starts_with(kPrefix) || name == kNoSetting) continue;
    const auto binding = bindings_.find(key_of(name));
    if (binding == bindings_.end()) {
      faults.push_back(fmt::format("{}: there is no such setting", name));
      continue;
    }
    const auto values = binding->second.type == Binding::Type::kList ? split(value) : std::vector<std::string>{value};
    if (const auto wrong = binding->second.set(values); !wrong.empty())
      faults.push_back(fmt::format("{}: {}", name, wrong));
  }
}

std::vector<std::string> ConfigReader::read(const std::string& path) {
  std::vector<std::string> faults;
  if (!path.empty()) read_file(path, faults);
  read_environment(faults);
  return faults;
}

}  // namespace claw
