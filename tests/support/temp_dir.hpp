#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace claw::testing {

/// A folder of the test's own, empty at first, gone with this object.
class TempDir {
 public:
  TempDir() : path_(::testing::TempDir() + "claw_XXXXXX") {
    if (!::mkdtemp(path_.data())) throw std::runtime_error("no temporary folder could be made");
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace claw::testing
