#include "base/public_id.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw {

PublicIds::PublicIds(const SecretString& key) {
  for (int round = 0; round < kRounds; ++round)
    keys_[static_cast<std::size_t>(round)] = hash64(fmt::format("{}:{}", key.expose(), round));
}

std::uint32_t PublicIds::mix(int round, std::uint32_t half) const {
  // splitmix64's finaliser over the half and the round's key: a name hides an order, it is not a secret.
  std::uint64_t x = half ^ keys_[static_cast<std::size_t>(round)];
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<std::uint32_t>(x ^ (x >> 31));
}

std::string PublicIds::name(char kind, std::int64_t number) const {
  auto left = static_cast<std::uint32_t>(static_cast<std::uint64_t>(number) >> 32);
  auto right = static_cast<std::uint32_t>(number);
  for (int round = 0; round < kRounds; ++round) {
    const std::uint32_t next = left ^ mix(round, right);
    left = right;
    right = next;
  }
  return fmt::format("{}_{:08x}{:08x}", kind, left, right);
}

std::optional<std::int64_t> PublicIds::number(char kind, std::string_view name) const {
  if (name.size() != 18 || name[0] != kind || name[1] != '_') return std::nullopt;
  std::uint64_t whole = 0;
  const auto [end, fault] = std::from_chars(name.data() + 2, name.data() + 18, whole, 16);
  if (fault != std::errc{} || end != name.data() + 18) return std::nullopt;
  auto left = static_cast<std::uint32_t>(whole >> 32);
  auto right = static_cast<std::uint32_t>(whole);
  for (int round = kRounds; round-- > 0;) {
    const std::uint32_t before = right ^ mix(round, left);
    right = left;
    left = before;
  }
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(left) << 32) | right);
}

}  // namespace claw
