#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/io_pool.hpp"
#include "base/result.hpp"
#include "simulator/meta.hpp"

namespace claw::sim {

struct ServiceOptions {
  std::string listen = "127.0.0.1:9500";
  std::vector<Number> numbers{default_number()};
  Habits habits;
  std::optional<std::uint64_t> seed{};  ///< Of ids and of what is left to chance; another one each start where not set.
  Limits limits{};                      ///< Of the numbers that the control API puts up without their own.
};

/// The simulator as a program: HTTP in front of Meta, webhooks out of it, time behind it.
class Service {
 public:
  /// `io` and `clock` must outlive this object.
  Service(IoPool& io, Clock& clock, ServiceOptions options);
  /// stop().
  ~Service();

  /// Binds and begins. Fails as net::Server::listen does, or with kInvalid for a number that cannot be.
  [[nodiscard]] Result<void> start();
  [[nodiscard]] std::uint16_t port() const;

  /// Ends listeners, answers what is under way for a moment, drops what waits. Not to be called from an io thread.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace claw::sim
