// What each webhook in tests/fixtures is understood as. CLAW_UPDATE_GOLDEN=1 writes the golden files anew: read the
// difference before it is committed.
#include <cstdlib>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "whatsapp/fixture_files.hpp"
#include "whatsapp/json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {
namespace {

const char* name_of(ItemKind kind) {
  static constexpr const char* kNames[] = {"unparsed", "message", "status", "echo", "call", "change"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// Fields that are empty are left out: what a golden file shows is what was found.
void put(json::object& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}

void put_json(json::object& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out[key] = parse_json(text).value();
}

void put(json::object& out, std::string_view key, const Person& person) {
  json::object view;
  put(view, "phone", person.phone);
  put(view, "bsuid", person.bsuid);
  put(view, "parent_bsuid", person.parent_bsuid);
  put(view, "name", person.name);
  put(view, "username", person.username);
  if (!view.empty()) out[key] = std::move(view);
}

void put(json::object& out, const AgentView& view) {
  out["agent"] = {{"text", view.text}, {"data", parse_json(view.data).value()}};
}

void put(json::object& out, const Message& message) {
  put(out, "id", message.id);
  put(out, "type", message.type);
  put(out, "person", message.from);
  put(out, "changed_to", message.changed_to);
  put(out, "group_id", message.group_id);
  put(out, "reply_to", message.reply_to);
  put(out, "target", message.target);
  put(out, "body", message.body);
  if (!message.media.id.empty()) out["media"] = {{"id", message.media.id}, {"voice", message.media.voice}};
  put(out, message.view);
}

void put(json::object& out, const Status& status) {
  put(out, "id", status.id);
  put(out, "status", status.status);
  put(out, "person", status.recipient);
  put(out, "group_id", status.group_id);
  put(out, "participant", status.participant);
  put(out, "callback_data", status.callback_data);
  json::array errors;
  for (const auto& error : status.errors) {
    errors.push_back(
        {{"code", error.code}, {"title", error.title}, {"message", error.message}, {"details", error.details}});
  }
  if (!errors.empty()) out["errors"] = std::move(errors);
  put_json(out, "pricing", status.pricing);
  put_json(out, "conversation", status.conversation);
}

void put(json::object& out, const Call& call) {
  put(out, "id", call.id);
  put(out, "event", call.event);
  put(out, "person", call.from);
  put(out, call.view);
}

void put(json::object& out, const Change& change) {
  put(out, "event", change.event);
  put(out, "person", change.about);
  put(out, "changed_to", change.changed_to);
  json::array groups;
  for (const auto& group : change.groups) groups.push_back({{"id", group.id}, {"name", group.name}});
  if (!groups.empty()) out["groups"] = std::move(groups);
  put(out, change.view);
}

json::object shown(const WebhookItem& item) {
  const auto event = parse_item(item.kind, item.raw);
  EXPECT_EQ(event.kind, item.kind);
  EXPECT_EQ(event.waba_id, item.waba_id);
  EXPECT_EQ(event.phone_number_id, item.phone_number_id);
  json::object out;
  out["kind"] = name_of(event.kind);
  put(out, "field", event.field);
  put(out, "waba_id", event.waba_id);
  put(out, "phone_number_id", event.phone_number_id);
  put(out, "slot_key", item.slot_key);
  put(out, "dedupe_key", event.dedupe_key);
  out["timestamp_s"] = event.timestamp_s;
  std::visit([&](const auto& what) { put(out, what); }, event.what);
  return out;
}

void write_pretty(std::string& out, const json::value& value, const std::string& indent) {
  const auto inner = indent + "  ";
  const char* mark = "\n";
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    for (const auto& member : value.get_object()) {
      out += std::exchange(mark, ",\n") + inner + write_json(json::string(member.key())) + ": ";
      write_pretty(out, member.value(), inner);
    }
    out += "\n" + indent + "}";
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    for (const auto& element : value.get_array()) {
      out += std::exchange(mark, ",\n") + inner;
      write_pretty(out, element, inner);
    }
    out += "\n" + indent + "]";
  } else {
    out += write_json(value);
  }
}

std::string shown(const std::string& name) {
  json::array items;
  for (const auto& item : split_webhook(fixture(name))) items.push_back(shown(item));
  std::string out;
  write_pretty(out, items, "");
  return out + "\n";
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, IsUnderstoodAsWritten) {
  const auto path = CLAW_FIXTURES "/golden/" + GetParam() + ".json";
  const auto now = shown(GetParam());
  if (std::getenv("CLAW_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << now;
  EXPECT_EQ(now, read_file(path));
}

INSTANTIATE_TEST_SUITE_P(Fixtures, GoldenTest, testing::ValuesIn(fixture_names()),
                         [](const auto& info) { return info.param; });

TEST(GoldenFiles, NothingInThemIsUnparsed) {
  for (const auto& name : fixture_names()) {
    for (const auto& item : split_webhook(fixture(name))) EXPECT_NE(item.kind, ItemKind::kUnparsed) << name;
  }
}

TEST(GoldenFiles, EachItemHasItsOwnDedupeKey) {
  std::set<std::string> keys;
  for (const auto& name : fixture_names()) {
    for (const auto& item : split_webhook(fixture(name))) {
      EXPECT_TRUE(keys.insert(parse_item(item.kind, item.raw).dedupe_key).second) << name;
    }
  }
}

TEST(GoldenFiles, EachHasAWebhook) {
  for (const auto& file : std::filesystem::directory_iterator(CLAW_FIXTURES "/golden")) {
    EXPECT_TRUE(std::filesystem::exists(CLAW_FIXTURES "/webhooks" / file.path().filename())) << file.path();
  }
}

}  // namespace
}  // namespace claw::whatsapp
