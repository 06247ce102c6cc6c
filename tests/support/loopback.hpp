#pragma once

#include "net/curl_client.hpp"

namespace claw::testing {

/// Of a client that may call this machine.
[[nodiscard]] inline net::CurlClient::Options loopback() {
  net::CurlClient::Options options;
  options.addresses = net::AddressPolicy(*net::NetworkSet::make({"127.0.0.0/8"}));
  return options;
}

}  // namespace claw::testing
