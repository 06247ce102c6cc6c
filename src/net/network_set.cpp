#include "net/network_set.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace claw::net {
namespace {

/// 4 or 16 bytes in network order; empty if `text` is no address.
std::vector<unsigned char> bytes_of(const std::string& text) {
  std::vector<unsigned char> bytes(16);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    static constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::memcmp(bytes.data(), kMapped, sizeof kMapped) == 0) bytes.erase(bytes.begin(), bytes.begin() + 12);
    return bytes;
  }
  bytes.resize(4);
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  return {};
}

bool inside(const std::vector<unsigned char>& address, const std::vector<unsigned char>& network, int prefix) {
  if (address.size() != network.size()) return false;
  for (std::size_t i = 0; i < address.size() && prefix > 0; ++i, prefix -= 8) {
    const auto mask = static_cast<unsigned char>(prefix >= 8 ? 0xff : 0xff << (8 - prefix));
    if ((address[i] & mask) != (network[i] & mask)) return false;
  }
  return true;
}

/// Networks that lead inside, to nobody or to everybody (IANA special-purpose registries for IPv4 and IPv6).
constexpr const char* kNotPublic[] = {
    "0.0.0.0/8",      "10.0.0.0/8",   "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24",   "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",  "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4",  "240.0.0.0/4",    "::/128",         "::1/128",        "64:ff9b::/96",
    "64:ff9b:1::/48", "100::/64",     "2001::/23",      "2001:db8::/32",  "2002::/16",      "fc00::/7",
    "fe80::/10",      "ff00::/8"};

}  // namespace

Result<NetworkSet> NetworkSet::make(const std::vector<std::string>& networks) {
  NetworkSet set;
  for (const auto& text : networks) {
    const auto slash = text.find('/');
    auto bytes = bytes_of(text.substr(0, slash));
    const int whole = static_cast<int>(bytes.size()) * 8;
    int prefix = whole;
    bool readable = !bytes.empty();
    if (slash != std::string::npos) {
      const char* const end = text.data() + text.size();
      const auto [stop, fault] = std::from_chars(text.data() + slash + 1, end, prefix);
      readable = readable && fault == std::errc{} && stop == end && prefix >= 0 && prefix <= whole;
    }
    if (!readable)
      return fail(ErrorKind::kInvalid, fmt::format("\"{}\" is no network; write it like 10.0.0.0/8 or fd00::/8", text));
    set.networks_.push_back({std::move(bytes), prefix});
  }
  return set;
}

bool NetworkSet::contains(const std::string& address) const {
  if (networks_.empty()) return false;
  const auto bytes = bytes_of(address);
  return std::ranges::any_of(networks_, [&](const Network& n) { return inside(bytes, n.bytes, n.prefix); });
}

bool AddressPolicy::allows(const std::string& address) const {
  static const NetworkSet not_public =
      *NetworkSet::make(std::vector<std::string>(std::begin(kNotPublic), std::end(kNotPublic)));
  return !bytes_of(address).empty() && (allowed_.contains(address) || !not_public.contains(address));
}

}  // namespace claw::net
