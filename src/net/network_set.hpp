#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace claw::net {

/// Some networks. Constant after construction; an IPv4 address mapped into IPv6 is judged as IPv4.
class NetworkSet {
 public:
  /// From "127.0.0.0/8", "10.1.2.3", "fd00::/8". Fails with kInvalid naming the one that cannot be read.
  [[nodiscard]] static Result<NetworkSet> make(const std::vector<std::string>& networks);

  /// `address` is an IPv4 or IPv6 literal; anything else is in no network.
  [[nodiscard]] bool contains(const std::string& address) const;

 private:
  struct Network {
    std::vector<unsigned char> bytes;
    int prefix;
  };
  std::vector<Network> networks_;
};

/// Which addresses outgoing calls may reach: public ones, and the networks that were opened by name. Checked on the
/// address that is about to be connected, after DNS, so that a name cannot lead inside.
class AddressPolicy {
 public:
  AddressPolicy() = default;
  explicit AddressPolicy(NetworkSet allowed_private) : allowed_(std::move(allowed_private)) {}

  [[nodiscard]] bool allows(const std::string& address) const;

 private:
  NetworkSet allowed_;
};

}  // namespace claw::net
