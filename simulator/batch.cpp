#include "simulator/batch.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "simulator/wire.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

/// Adds the items of `from` to those of the same kind in `into`. Somebody who wrote twice is one contact.
void append_items(json::object& into, json::object& from) {
  for (auto& [name, member] : from) {
    if (!member.is_array()) continue;
    json::value& there = into[name];
    if (!there.is_array()) there = json::array();
    for (auto& item : member.get_array()) {
      if (name == "contacts" && std::ranges::find(there.get_array(), item) != there.get_array().end()) continue;
      there.get_array().push_back(std::move(item));
    }
  }
}

bool is_same_place(const json::object& change, const json::object& other) {
  const auto* metadata = change.at("value").as_object().if_contains("metadata");
  const auto* other_metadata = other.at("value").as_object().if_contains("metadata");
  return metadata && other_metadata && *metadata == *other_metadata && change.at("field") == other.at("field");
}

void append_changes(json::array& changes, json::array& more, BatchShape shape) {
  for (auto& change : more) {
    const auto same = std::ranges::find_if(changes, [&](const json::value& other) {
      return shape == BatchShape::kItems && is_same_place(other.as_object(), change.as_object());
    });
    if (same == changes.end())
      changes.push_back(std::move(change));
    else
      append_items(same->at("value").as_object(), change.at("value").as_object());
  }
}

}  // namespace

std::string merged_webhook(std::span<const std::shared_ptr<const std::string>> bodies, BatchShape shape) {
  json::object all;
  for (const auto& body : bodies) {
    json::object webhook = json::parse(*body).as_object();
    if (all.empty()) {
      all = std::move(webhook);
      continue;
    }
    json::array& entries = all.at("entry").as_array();
    for (auto& entry : webhook.at("entry").as_array()) {
      const auto same = std::ranges::find_if(entries, [&](const json::value& other) {
        return shape != BatchShape::kEntries && other.at("id") == entry.at("id");
      });
      if (same == entries.end())
        entries.push_back(std::move(entry));
      else
        append_changes(same->at("changes").as_array(), entry.at("changes").as_array(), shape);
    }
  }
  return wire_json(all);
}

}  // namespace claw::sim
