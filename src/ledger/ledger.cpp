#include "ledger/ledger.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "ledger/access_store.hpp"

namespace claw {

std::string_view to_string(MessageState state) {
  switch (state) {
    case MessageState::kPending:
      return "pending";
    case MessageState::kAnswered:
      return "answered";
    case MessageState::kIgnored:
      return "ignored";
    case MessageState::kNoReply:
      return "no_reply";
    case MessageState::kAgentFailed:
      return "agent_failed";
    case MessageState::kHeld:
      return "held";
    case MessageState::kParked:
      return "parked";
    case MessageState::kQueued:
      return "queued";
    case MessageState::kSending:
      return "sending";
    case MessageState::kUnknown:
      return "unknown";
    case MessageState::kSent:
      return "sent";
    case MessageState::kDelivered:
      return "delivered";
    case MessageState::kRead:
      return "read";
    case MessageState::kPlayed:
      return "played";
    case MessageState::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string_view to_string(Standing standing) {
  switch (standing) {
    case Standing::kUnknown:
      return "unknown";
    case Standing::kAllowed:
      return "allowed";
    case Standing::kPending:
      return "pending";
    case Standing::kBlocked:
      return "blocked";
  }
  return "unknown";
}

bool looks_like_an_address(std::string_view public_id) {
  return whatsapp::is_bsuid(public_id) || std::ranges::all_of(public_id, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> access_addresses(std::string_view user, std::string_view phone, std::string_view bsuid) {
  std::vector<std::string> list;
  const bool own = user == phone || user == bsuid || !looks_like_an_address(user);
  for (const auto each : {own ? user : std::string_view(), phone, bsuid})
    if (!each.empty() && std::ranges::find(list, each) == list.end()) list.emplace_back(each);
  return list;
}

std::string label_of(const Author& author) {
  // A name is whatever its owner typed.
  std::string name;
  for (const char c : author.name) name += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  if (const auto shown = trimmed(name); !shown.empty()) return std::string(shown);
  return author.phone.empty() ? author.bsuid : "+" + author.phone;
}

std::string text_of(std::string text, const std::optional<Author>& author) {
  return author ? label_of(*author) + ": " + text : text;
}

std::size_t weight_of(const MessageRecord& record) {
  return record.view.text.size() + record.view.data.size();
}

std::size_t weight_of(const EventRecord& record) {
  return record.view.text.size() + record.view.data.size() + record.raw.size();
}

std::size_t weight_of(const KvEntry& entry) {
  return entry.key.size() + entry.value.size();
}

std::string kv_version(std::string_view value) {
  const auto hash = hash128(value);
  return to_hex(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

std::string callback_data_for(std::uint16_t slot, MessageId message) {
  return fmt::format("cc1.{:04x}.{}", slot, message.value);
}

std::optional<CallbackData> parse_callback_data(std::string_view data) {
  if (!data.starts_with("cc1.") || data.size() < 10 || data[8] != '.') return std::nullopt;
  CallbackData parsed;
  const char* const end = data.data() + data.size();
  const auto slot = std::from_chars(data.data() + 4, data.data() + 8, parsed.slot, 16);
  const auto message = std::from_chars(data.data() + 9, end, parsed.message.value);
  if (slot.ec != std::errc{} || slot.ptr != data.data() + 8 || message.ec != std::errc{} || message.ptr != end)
    return std::nullopt;
  return parsed;
}

std::uint16_t slot_of(TenantId tenant, std::string_view key) {
  if (const auto ours = parse_callback_data(key)) return ours->slot;
  return static_cast<std::uint16_t>(hash64(fmt::format("{}/{}", tenant.value, key)));
}

}  // namespace claw
