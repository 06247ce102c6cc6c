#pragma once
// For tests: the webhook bodies in tests/fixtures.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace claw::whatsapp {

/// The names of all fixtures, sorted: "text", "image", …
inline std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(CLAW_FIXTURES "/webhooks")) {
    if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

/// A file's bytes; empty if it cannot be read.
inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline std::string fixture(const std::string& name) {
  return read_file(CLAW_FIXTURES "/webhooks/" + name + ".json");
}

}  // namespace claw::whatsapp
