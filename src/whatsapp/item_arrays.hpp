#pragma once
// Private to this folder: where in a change the items stand.

#include <array>
#include <span>
#include <string_view>

#include "whatsapp/json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {

struct ItemArray {
  std::string_view key;  ///< value[key][k] is an item.
  ItemKind kind;         ///< Of its items; a status of type `call` is a kCall all the same.
};

/// The arrays of items a change of this field may hold, in the order they are cut. Empty for a field whose change is an
/// item as a whole. Only fields that speak to this number's conversations are listed: `standby`, for one, carries
/// `messages` too, of conversations another app is answering.
[[nodiscard]] inline std::span<const ItemArray> item_arrays(std::string_view field) {
  static constexpr std::array<ItemArray, 4> kMessaging = {{
      {"messages", ItemKind::kMessage},
      {"statuses", ItemKind::kStatus},
      {"message_echoes", ItemKind::kEcho},
      {"calls", ItemKind::kCall},
  }};
  static constexpr std::array<ItemArray, 1> kPreferences = {{{"user_preferences", ItemKind::kChange}}};
  static constexpr std::array<ItemArray, 1> kUserIds = {{{"user_id_update", ItemKind::kChange}}};
  if (field == "messages" || field == "calls" || field == "smb_message_echoes" || field == "message_echoes") {
    return kMessaging;
  }
  if (field == "user_preferences") return kPreferences;
  if (field == "user_id_update") return kUserIds;
  return {};
}

/// The kind of an element of `array`.
[[nodiscard]] inline ItemKind kind_of(const ItemArray& array, const json::value& element) {
  const auto* item = element.if_object();
  if (!item) return ItemKind::kUnparsed;
  return array.kind == ItemKind::kStatus && text_at(*item, "type") == "call" ? ItemKind::kCall : array.kind;
}

}  // namespace claw::whatsapp
