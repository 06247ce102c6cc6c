#include "simulator/person_message.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/crypto.hpp"
#include "simulator/words.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxMessage = 256 * 1024;  ///< JSON without its file; far below the 3 MB that a webhook may have.

enum class Kind { kText, kNumber, kBool, kObject, kArray };

struct Member {
  std::string_view name;
  Kind kind;
  bool needed = true;
};

constexpr auto kWords = std::to_array<Member>({{"body", Kind::kText}});
constexpr auto kFile = std::to_array<Member>({{"bytes_base64", Kind::kText},
                                              {"mime_type", Kind::kText},
                                              {"caption", Kind::kText, false},
                                              {"filename", Kind::kText, false},
                                              {"voice", Kind::kBool, false},
                                              {"animated", Kind::kBool, false}});
constexpr auto kReaction = std::to_array<Member>({{"message_id", Kind::kText}, {"emoji", Kind::kText, false}});
constexpr auto kLocation = std::to_array<Member>({{"latitude", Kind::kNumber},
                                                  {"longitude", Kind::kNumber},
                                                  {"name", Kind::kText, false},
                                                  {"address", Kind::kText, false},
                                                  {"url", Kind::kText, false}});
constexpr auto kOrder =
    std::to_array<Member>({{"catalog_id", Kind::kText}, {"product_items", Kind::kArray}, {"text", Kind::kText, false}});
constexpr auto kInteractive = std::to_array<Member>({{"type", Kind::kText}});
constexpr auto kButton = std::to_array<Member>({{"payload", Kind::kText}, {"text", Kind::kText}});
constexpr auto kSystem = std::to_array<Member>({{"type", Kind::kText}, {"body", Kind::kText, false}});
constexpr auto kEdit = std::to_array<Member>({{"original_message_id", Kind::kText}, {"message", Kind::kObject}});
constexpr auto kRevoke = std::to_array<Member>({{"original_message_id", Kind::kText}});
constexpr auto kUnsupported = std::to_array<Member>({{"type", Kind::kText, false}});

struct Type {
  std::string_view name;
  std::span<const Member> members;
  bool may_be_bare = false;  ///< Its content may be left out.
};
constexpr auto kTypes = std::to_array<Type>({
    {"text", kWords},
    {"image", kFile},
    {"video", kFile},
    {"audio", kFile},
    {"document", kFile},
    {"sticker", kFile},
    {"reaction", kReaction},
    {"location", kLocation},
    {"contacts", {}},  // an array
    {"order", kOrder},
    {"interactive", kInteractive},
    {"button", kButton},
    {"system", kSystem},
    {"edit", kEdit},
    {"revoke", kRevoke},
    {"request_welcome", {}, true},
    {"unsupported", kUnsupported, true},
});

constexpr auto kButtonReply = std::to_array<Member>({{"id", Kind::kText}, {"title", Kind::kText}});
constexpr auto kListReply =
    std::to_array<Member>({{"id", Kind::kText}, {"title", Kind::kText}, {"description", Kind::kText, false}});
constexpr auto kFlowReply =
    std::to_array<Member>({{"name", Kind::kText, false}, {"body", Kind::kText, false}, {"response_json", Kind::kText}});
constexpr auto kCallPermission = std::to_array<Member>({{"response", Kind::kText},
                                                        {"response_source", Kind::kText, false},
                                                        {"expiration_timestamp", Kind::kNumber, false},
                                                        {"is_permanent", Kind::kBool, false}});
constexpr auto kReplies = std::to_array<Type>({{"button_reply", kButtonReply},
                                               {"list_reply", kListReply},
                                               {"nfm_reply", kFlowReply},
                                               {"call_permission_reply", kCallPermission}});
constexpr auto kSystemTypes = std::to_array<std::string_view>(
    {"user_changed_number", "user_changed_user_id", "customer_changed_number", "customer_identity_changed"});

/// Beside the content, at the level of the message.
constexpr auto kBeside = std::to_array<Member>({{"context", Kind::kObject, false},
                                                {"referral", Kind::kObject, false},
                                                {"identity", Kind::kObject, false},
                                                {"errors", Kind::kArray, false},
                                                {"origin", Kind::kText, false},
                                                {"group_id", Kind::kText, false}});
/// What the control API says of a message that is not part of it.
constexpr auto kAround = std::to_array<Member>({{"to", Kind::kText, false},
                                                {"name", Kind::kText, false},
                                                {"reply_to", Kind::kText, false},
                                                {"type", Kind::kText, false}});

bool is(const json::value& value, Kind kind) {
  switch (kind) {
    case Kind::kText:
      return value.is_string();
    case Kind::kNumber:
      return value.is_number();
    case Kind::kBool:
      return value.is_bool();
    case Kind::kObject:
      return value.is_object();
    case Kind::kArray:
      return value.is_array();
  }
  return false;
}

std::string_view name_of(Kind kind) {
  constexpr std::string_view kNames[] = {"a string", "a number", "true or false", "an object", "an array"};
  return kNames[static_cast<int>(kind)];
}

/// What is wrong with the members of `object`, which stands at `where`; empty where nothing is.
std::string fault_in(const json::object& object, std::span<const Member> members, std::string_view where) {
  for (const auto& [name, kind, needed] : members) {
    const json::value* value = object.if_contains(name);
    if (value && value->is_null()) value = nullptr;
    if (!value && needed) return fmt::format("{}\"{}\" is missing", where, name);
    if (value && !is(*value, kind)) return fmt::format("{}\"{}\" must be {}", where, name, name_of(kind));
  }
  return {};
}

/// A string that may be missing. REQUIRES: fault_in() has seen it.
std::string member(const json::object& object, std::string_view name) {
  return text_in(object, {name});
}

std::string fault_in_contacts(const json::value& contacts) {
  if (!contacts.is_array() || contacts.get_array().empty()) return "\"contacts\" must be an array of contacts";
  for (const auto& contact : contacts.get_array())
    if (!contact.is_object()) return "each of \"contacts\" must be an object";
  return {};
}

template <std::size_t N>
std::string names_of(const std::array<Type, N>& types) {
  std::array<std::string_view, N> names;
  std::ranges::transform(types, names.begin(), &Type::name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string fault_in_reply(const json::object& interactive) {
  const std::string type = member(interactive, "type");
  const auto known = std::ranges::find(kReplies, type, &Type::name);
  if (known == kReplies.end())
    return fmt::format("\"interactive\": \"type\" must be one of {}: the answers of a person", names_of(kReplies));
  const json::value* reply = interactive.if_contains(type);
  if (!reply || !reply->is_object()) return fmt::format("\"interactive\": \"{}\" must be an object", type);
  return fault_in(reply->get_object(), known->members, fmt::format("\"{}\": ", type));
}

std::string fault_in_edit(const json::object& edit) {
  const json::object& message = edit.at("message").get_object();
  const std::string type = member(message, "type");
  if (type.empty() || !message.contains(type)) return "\"edit\": \"message\" must be {\"type\": T, T: the new content}";
  return {};
}

std::string fault_in_content(const Type& type, const json::value& content) {
  if (type.name == "contacts") return fault_in_contacts(content);
  if (!content.is_object()) return fmt::format("\"{}\" must be an object", type.name);
  const json::object& object = content.get_object();
  if (auto fault = fault_in(object, type.members, fmt::format("\"{}\": ", type.name)); !fault.empty()) return fault;
  if (type.name == "interactive") return fault_in_reply(object);
  if (type.name == "edit") return fault_in_edit(object);
  if (type.name == "system" && std::ranges::find(kSystemTypes, member(object, "type")) == kSystemTypes.end())
    return fmt::format("\"system\": \"type\" must be one of {}", fmt::join(kSystemTypes, ", "));
  return {};
}

/// Takes the bytes out of the content of a file, which the webhook then names by id.
std::string take_file(std::string_view type, json::object& content, Meta::Words& words) {
  auto bytes = from_base64(content.at("bytes_base64").get_string());
  if (!bytes) return fmt::format("\"{}\": \"bytes_base64\" is no base64 with its padding", type);
  if (!is_media_type(text_in(content, {"mime_type"})))
    return fmt::format("\"{}\": \"mime_type\" is no type like image/png", type);
  if (bytes->empty()) return fmt::format("\"{}\": the file is empty", type);
  const std::size_t most = media_limit(type, *bytes);
  if (bytes->size() > most) return fmt::format("\"{}\": the file has {} bytes, {} at most", type, bytes->size(), most);
  content.erase("bytes_base64");
  if (type == "audio" && !content.contains("voice")) content["voice"] = false;
  if (type == "sticker" && !content.contains("animated")) content["animated"] = is_animated(*bytes);
  words.file = std::make_shared<const std::string>(std::move(*bytes));
  return {};
}

void add_what_meta_adds(std::string_view type, json::object& message) {
  if (type == "unsupported" && !message.contains("errors"))
    message["errors"] =
        json::array{json::object{{"code", 131051},
                                 {"title", "Message type unknown"},
                                 {"message", "Message type unknown"},
                                 {"error_data", {{"details", "Message type is currently not supported."}}}}};
  if (type == "reaction" && !message["reaction"].get_object().contains("emoji"))
    message["reaction"].get_object()["emoji"] = "";
}

}  // namespace

Result<Meta::Words> read_person_message(const json::object& body) {
  const auto refuse = [](std::string fault) { return fail(ErrorKind::kInvalid, std::move(fault)); };
  for (const auto members : {std::span<const Member>(kAround), std::span<const Member>(kBeside)})
    if (auto fault = fault_in(body, members, ""); !fault.empty()) return refuse(std::move(fault));

  Meta::Words words{.text = {},
                    .number = member(body, "to"),
                    .name = member(body, "name").substr(0, 100),
                    .reply_to = member(body, "reply_to")};
  if (body.contains("type")) words.type = member(body, "type");
  const auto type = std::ranges::find(kTypes, words.type, &Type::name);
  if (type == kTypes.end()) return refuse(fmt::format("\"type\" must be one of {}", names_of(kTypes)));
  const json::value* content = body.if_contains(type->name);
  const bool is_short = words.type == "text" && content && content->is_string();
  if (!content && !type->may_be_bare) return refuse(fmt::format("\"{}\" is missing", type->name));
  if (words.type == "text" && content && !is_short && !content->is_object()) return refuse("\"text\" must be a string");
  if (content && !is_short)
    if (auto fault = fault_in_content(*type, *content); !fault.empty()) return refuse(std::move(fault));

  if (is_short) {
    words.message["text"] = {{"body", *content}};
  } else if (content) {
    words.message[type->name] = *content;
  }
  for (const auto& beside : kBeside)
    if (const json::value* value = body.if_contains(beside.name); value && !value->is_null())
      words.message[beside.name] = *value;
  if (type->members.data() == kFile.data())
    if (auto fault = take_file(words.type, words.message[words.type].get_object(), words); !fault.empty())
      return refuse(std::move(fault));
  add_what_meta_adds(words.type, words.message);
  if (json::serialize(words.message).size() > kMaxMessage)
    return refuse(fmt::format("the message has over {} bytes", kMaxMessage));
  if (const json::value* kept = words.message.if_contains(words.type)) words.text = words_of(words.type, *kept);
  if (words.reply_to.empty()) words.reply_to = text_in(words.message, {"context", "id"});
  return words;
}

}  // namespace claw::sim
