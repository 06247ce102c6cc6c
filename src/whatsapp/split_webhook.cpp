#include <limits>

#include "whatsapp/item_arrays.hpp"
#include "whatsapp/json.hpp"
#include "whatsapp/json_slice.hpp"
#include "whatsapp/person.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {
namespace {

constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max();

/// Contacts that match nobody go along with each item only up to here: a few are a hint for whoever reads the item, a
/// list in each of a thousand items would be the square of the body.
constexpr std::size_t kMaxStrangeContacts = 8;

/// What one change may grow to when its common parts are repeated in each item. Meta's bodies have at most 3 MB and
/// their common parts some 200 bytes; a change beyond this stays whole, as kUnparsed.
constexpr std::size_t kMaxCutBytes = 64U << 20;

/// Where an item stands in the body.
struct Place {
  ItemKind kind;
  std::size_t entry;
  std::size_t change = kWhole;   ///< kWhole: the item is the entry.
  std::string_view array = {};   ///< Empty: the item is the change.
  std::size_t element = kWhole;  ///< kWhole: what stands at `array` is no array.
};

const json::array* entries_of(const json::value& body) {
  const auto* object = body.if_object();
  if (!object) return nullptr;
  const auto* kind = find(*object, "object");
  if (kind && text_of(kind) != "whatsapp_business_account") return nullptr;
  const auto* entries = find_array(*object, "entry");
  return entries && !entries->empty() ? entries : nullptr;
}

const json::array* changes_of(const json::value& entry) {
  const auto* object = entry.if_object();
  const auto* changes = object ? find_array(*object, "changes") : nullptr;
  return changes && !changes->empty() ? changes : nullptr;
}

void place_change(const json::value& change, Place at, std::vector<Place>& out) {
  const auto* object = change.if_object();
  const auto* field = object ? find(*object, "field") : nullptr;
  if (!field || !field->is_string()) {
    out.push_back({ItemKind::kUnparsed, at.entry, at.change});
    return;
  }
  const auto arrays = item_arrays(field->get_string());
  const auto* value = find_object(*object, "value");
  if (!arrays.empty() && !value) {
    out.push_back({ItemKind::kUnparsed, at.entry, at.change});
    return;
  }
  const auto before = out.size();
  for (const auto& array : arrays) {
    const auto* found = find(*value, array.key);
    if (!found) continue;
    const auto* elements = found->if_array();
    if (!elements) out.push_back({ItemKind::kUnparsed, at.entry, at.change, array.key});
    for (std::size_t k = 0; elements && k < elements->size(); ++k) {
      out.push_back({kind_of(array, (*elements)[k]), at.entry, at.change, array.key, k});
    }
  }
  if (out.size() == before) out.push_back({ItemKind::kChange, at.entry, at.change});
}

std::vector<Place> places_of(const json::array& entries) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto* changes = changes_of(entries[i]);
    if (!changes) places.push_back({ItemKind::kUnparsed, i});
    for (std::size_t j = 0; changes && j < changes->size(); ++j) {
      place_change((*changes)[j], {ItemKind::kChange, i, j}, places);
    }
  }
  return places;
}

/// The contacts that go along with an item: one, or all of few, or none.
struct Contacts {
  std::optional<std::size_t> only;
  bool all = true;
};

/// What the parsed body says about the item at a place; `raw` is left empty.
WebhookItem describe(const json::array& entries, const Place& place, Contacts& contacts) {
  WebhookItem item;
  item.kind = place.kind;
  const auto* entry = entries[place.entry].if_object();
  if (!entry) return item;
  item.waba_id = text_at(*entry, "id");
  if (place.change == kWhole) return item;
  const auto* change = changes_of(entries[place.entry])->at(place.change).if_object();
  const auto* value = change ? find_object(*change, "value") : nullptr;
  if (!value) return item;
  if (const auto* metadata = find_object(*value, "metadata")) {
    item.phone_number_id = text_at(*metadata, "phone_number_id");
  }
  if (place.element == kWhole) return item;
  const auto* element = (*find_array(*value, place.array))[place.element].if_object();
  if (!element) return item;

  const auto ids = ids_of(place.kind, *element);
  const auto* people = find_array(*value, "contacts");
  if (people) {
    contacts.only = find_contact(ids, *people, place.element);
    contacts.all = people->size() <= kMaxStrangeContacts;
  }
  item.slot_key = place.kind == ItemKind::kStatus ? text_at(*element, "biz_opaque_callback_data")
                                                  : slot_key_of(ids, contact_of(ids, people, place.element));
  return item;
}

/// Cuts items out of a body's bytes. Keeps the parts of the entry and change it is at: places come in order.
class Cutter {
 public:
  explicit Cutter(std::string_view body) : top_(json_members(body)), entries_(json_elements(value_of(top_, "entry"))) {}

  /// How many bytes `count` items of the change at `place` would be.
  std::size_t cost(const Place& place, std::size_t count) {
    move_to(place);
    std::size_t common = 256;
    for (const auto& member : value_) {
      if (member.key != "contacts" && !is_item_array(member.key)) common += member.value.size();
    }
    for (const auto& member : change_) common += member.key == "value" ? 0 : member.value.size();
    for (const auto& member : entry_) common += member.key == "changes" ? 0 : member.value.size();
    for (const auto& member : top_) common += member.key == "entry" ? 0 : member.value.size();
    if (people_.size() <= kMaxStrangeContacts) common += value_of(value_, "contacts").size();
    return common > kMaxCutBytes / count ? kMaxCutBytes + 1 : common * count;
  }

  std::string cut(const Place& place, const Contacts& contacts) {
    move_to(place);
    if (place.change == kWhole) return std::string(entries_[place.entry]);
    if (place.kind == ItemKind::kUnparsed && place.array.empty()) return std::string(changes_[place.change]);
    std::string out;
    out.reserve(1024);
    write(out, top_, "entry", [&] {
      out += '[';
      write(out, entry_, "changes", [&] {
        out += '[';
        write(out, change_, "value", [&] { write_value(out, place, contacts); });
        out += ']';
      });
      out += ']';
    });
    return out;
  }

 private:
  static std::string_view value_of(const std::vector<JsonMember>& members, std::string_view key) {
    const auto found = std::ranges::find(members, key, &JsonMember::key);
    return found == members.end() ? std::string_view() : found->value;
  }

  bool is_item_array(std::string_view key) const {
    return std::ranges::any_of(arrays_, [&](const ItemArray& array) { return array.key == key; });
  }

  void move_to(const Place& place) {
    if (place.entry != at_entry_) {
      at_entry_ = place.entry;
      at_change_ = kWhole;
      entry_ = json_members(entries_[place.entry]);
      changes_ = json_elements(value_of(entry_, "changes"));
    }
    if (place.change != at_change_) {
      at_change_ = place.change;
      at_array_ = {};
      change_ = place.change == kWhole ? std::vector<JsonMember>() : json_members(changes_[place.change]);
      value_ = json_members(value_of(change_, "value"));
      people_ = json_elements(value_of(value_, "contacts"));
      const auto field = parse_json(value_of(change_, "field"));
      arrays_ = field ? item_arrays(text_of(&*field)) : std::span<const ItemArray>();
    }
    if (place.array != at_array_) {
      at_array_ = place.array;
      elements_ = json_elements(value_of(value_, place.array));
    }
  }

  /// Writes an object with all its members as they came, except `inner`, which `write_inner` writes.
  template <class WriteInner>
  static void write(std::string& out, const std::vector<JsonMember>& members, std::string_view inner,
                    WriteInner write_inner) {
    char mark = '{';
    for (const auto& member : members) {
      out += std::exchange(mark, ',');
      out += member.quoted_key;
      out += ':';
      if (member.key == inner) {
        write_inner();
      } else {
        out += member.value;
      }
    }
    out += '}';
  }

  void write_value(std::string& out, const Place& place, const Contacts& contacts) const {
    if (place.array.empty()) {
      out += value_of(change_, "value");
      return;
    }
    char mark = '{';
    for (const auto& member : value_) {
      const bool is_contacts = member.key == "contacts";
      if (is_contacts && !contacts.only && !contacts.all) continue;
      if (is_item_array(member.key) && member.key != place.array) continue;
      out += std::exchange(mark, ',');
      out += member.quoted_key;
      out += ':';
      if (is_contacts && contacts.only) {
        (((out += '[') += people_[*contacts.only]) += ']');
      } else if (member.key == place.array && place.element != kWhole) {
        (((out += '[') += elements_[place.element]) += ']');
      } else {
        out += member.value;
      }
    }
    out += '}';
  }

  std::vector<JsonMember> top_;
  std::vector<std::string_view> entries_;
  std::size_t at_entry_ = kWhole;
  std::vector<JsonMember> entry_;
  std::vector<std::string_view> changes_;
  std::size_t at_change_ = kWhole;
  std::vector<JsonMember> change_;
  std::vector<JsonMember> value_;
  std::vector<std::string_view> people_;
  std::span<const ItemArray> arrays_;
  std::string_view at_array_;
  std::vector<std::string_view> elements_;
};

bool same_change(const Place& a, const Place& b) {
  return a.entry == b.entry && a.change == b.change;
}

}  // namespace

std::vector<WebhookItem> split_webhook(std::string_view body) {
  unsigned char buffer[16384];  // the parsed form of an ordinary message or status
  json::monotonic_resource memory(buffer, sizeof buffer);
  const auto parsed = parse_json(body, &memory);
  const auto* entries = parsed ? entries_of(*parsed) : nullptr;
  std::vector<WebhookItem> items;
  if (!entries) {
    items.emplace_back().raw = body;
    return items;
  }

  const auto places = places_of(*entries);
  items.reserve(places.size());
  if (places.size() == 1) {
    Contacts unused;
    items.push_back(describe(*entries, places.front(), unused));
    items.back().raw = body;
    return items;
  }

  Cutter cutter(body);
  for (auto first = places.begin(); first != places.end();) {
    const auto last = std::find_if(first, places.end(), [&](const Place& p) { return !same_change(*first, p); });
    if (cutter.cost(*first, static_cast<std::size_t>(last - first)) > kMaxCutBytes) {
      const Place whole{ItemKind::kUnparsed, first->entry, first->change};
      Contacts none;
      items.push_back(describe(*entries, whole, none));
      items.back().raw = cutter.cut(whole, none);
    } else {
      for (auto place = first; place != last; ++place) {
        Contacts contacts;
        items.push_back(describe(*entries, *place, contacts));
        items.back().raw = cutter.cut(*place, contacts);
      }
    }
    first = last;
  }
  return items;
}

}  // namespace claw::whatsapp
