#include "simulator/ids.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace claw::sim {

namespace {

/// SplitMix64's finaliser: every input has its own output, so a counter gives ids that never repeat and look random.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

struct Country {
  std::string_view prefix, code;
};
/// Enough that a thread list looks like the world; longer prefixes first.
constexpr auto kCountries = std::to_array<Country>({
    {"351", "PT"}, {"353", "IE"}, {"380", "UA"}, {"420", "CZ"}, {"971", "AE"}, {"972", "IL"}, {"234", "NG"},
    {"254", "KE"}, {"31", "NL"},  {"32", "BE"},  {"33", "FR"},  {"34", "ES"},  {"39", "IT"},  {"41", "CH"},
    {"43", "AT"},  {"44", "GB"},  {"45", "DK"},  {"46", "SE"},  {"47", "NO"},  {"48", "PL"},  {"49", "DE"},
    {"52", "MX"},  {"54", "AR"},  {"55", "BR"},  {"57", "CO"},  {"61", "AU"},  {"62", "ID"},  {"65", "SG"},
    {"81", "JP"},  {"90", "TR"},  {"91", "IN"},  {"1", "US"},
});

std::string_view country_of(std::string_view wa_id) {
  const auto found = std::ranges::find_if(kCountries, [&](const Country& c) { return wa_id.starts_with(c.prefix); });
  return found == kCountries.end() ? "US" : found->code;
}

}  // namespace

std::uint64_t IdMaker::next() {
  return mix(seed_ + ++count_);
}

std::string IdMaker::wamid(Direction direction, std::string_view party) {
  const bool inbound = direction == Direction::kInbound;
  const std::string name = inbound ? fmt::format("3A{:016X}{:02X}", next(), count_ & 0xff)
                                   : fmt::format("{:016X}{:02X}", next(), count_ & 0xff);
  std::string record = "\x1c\x18";
  record += static_cast<char>(party.size());
  record += party;
  record += {'\x15', '\x02', '\0', inbound ? '\x12' : '\x11', '\x18', static_cast<char>(name.size())};
  record += name;
  record += '\0';
  return "wamid." + to_base64(record);
}

std::string IdMaker::trace() {
  const std::uint64_t parts[] = {next(), next()};
  return "A" + to_base64url({reinterpret_cast<const char*>(parts), sizeof parts});
}

std::string IdMaker::challenge() {
  return std::to_string(1'000'000'000 + next() % 9'000'000'000);
}

std::string IdMaker::digits() {
  return std::to_string(1'000'000'000'000'000 + next() % 9'000'000'000'000'000);
}

std::string bsuid_of(std::string_view portfolio, std::string_view wa_id) {
  return fmt::format("{}.{:020}", country_of(wa_id), hash64(fmt::format("bsuid/{}/{}", portfolio, wa_id)));
}

bool is_bsuid(std::string_view text) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() < 4 || !upper(text[0]) || !upper(text[1]) || text[2] != '.') return false;
  text.remove_prefix(3);
  if (text.starts_with("ENT.")) text.remove_prefix(4);
  return !text.empty() && text.size() <= 128 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::string phone_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (std::string_view("+ -.()").find(c) == std::string_view::npos) {
      return {};
    }
  }
  return digits.size() >= 5 && digits.size() <= 15 ? digits : std::string();
}

}  // namespace claw::sim
