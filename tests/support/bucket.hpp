#pragma once

#include <memory>
#include <string>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace claw::testing {

/// An empty bucket behind Amazon's S3 protocol: a program of another make, on a port of its own.
class Bucket {
 public:
  static constexpr const char* kName = "media";
  static constexpr const char* kKeyId = "S3RVER";
  static constexpr const char* kSecret = "S3RVER";

  /// Returns when it answers; throws where it does not.
  Bucket();

  [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// It is away until start().
  void stop() { process_.reset(); }
  void start();

 private:
  TempDir folder_;
  const unsigned short port_ = free_port();
  std::unique_ptr<Process> process_;
};

}  // namespace claw::testing
