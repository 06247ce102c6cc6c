#include "simulator/send_content.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace claw::sim {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxId = 128;
constexpr std::size_t kMaxLink = 2000;
constexpr std::size_t kMaxCaption = 1024;
constexpr std::size_t kMaxFilename = 240;
constexpr std::size_t kMaxEmoji = 16;  ///< Code points; the longest family of them has fewer.
constexpr std::size_t kMaxPlaceName = 100;
constexpr std::size_t kMaxPlaceAddress = 300;
constexpr std::size_t kMaxContacts = 257;
constexpr std::size_t kMaxField = 1000;  ///< Of a contact; Meta names no limit.

void check_reaction(const ContentNode& reaction) {
  reaction.only({"message_id", "emoji"});
  reaction.text("message_id", 512);
  if (!reaction.has("emoji")) reaction.lacks("emoji");
  reaction.text("emoji", kMaxEmoji, false);
}

void check_location(const ContentNode& location) {
  location.only({"latitude", "longitude", "name", "address"});
  location.number("latitude", -90, 90);
  location.number("longitude", -180, 180);
  location.text("name", kMaxPlaceName, false);
  location.text("address", kMaxPlaceAddress, false);
}

void check_contact(const ContentNode& contact) {
  contact.only({"addresses", "birthday", "emails", "name", "org", "phones", "urls"});
  const auto name = contact.object("name");
  name.only({"formatted_name", "first_name", "last_name", "middle_name", "suffix", "prefix"});
  name.text("formatted_name", kMaxField);
  bool has_more = false;
  for (const char* part : {"first_name", "last_name", "middle_name", "suffix", "prefix"}) {
    name.text(part, kMaxField, false);
    has_more = has_more || name.has(part);
  }
  if (name && !has_more) name.refuse(fmt::format("Param {} needs another name beside formatted_name.", name.path()));
  for (const char* list : {"addresses", "emails", "phones", "urls"}) {
    if (contact.has(list)) (void)contact.objects(list, kMaxContacts);
  }
  (void)contact.object("org", false);
  contact.text("birthday", 10, false);
}

void check_contacts(ContentCheck& check, const json::object& request) {
  const json::value* list = request.if_contains("contacts");
  if (!list) return check.fault(errors::missing_inside("contacts"));
  if (!list->is_array() || list->get_array().empty() || list->get_array().size() > kMaxContacts)
    return check.fault(
        errors::invalid(fmt::format("Param contacts must be an array of 1 to {} contacts.", kMaxContacts)));
  std::size_t i = 0;
  for (const auto& contact : list->get_array()) check_contact(check.at(contact, fmt::format("contacts[{}]", i++)));
}

bool is_link(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

}  // namespace

void check_media(const ContentNode& node, std::string_view kind, bool with_caption, std::vector<MediaUse>& media) {
  if (kind == "audio")
    node.only({"id", "link", "voice"});
  else if (kind == "document")
    node.only({"id", "link", "caption", "filename"});
  else if (kind == "sticker")
    node.only({"id", "link"});
  else
    node.only({"id", "link", "caption"});
  if (!with_caption && node.has("caption"))
    node.refuse(fmt::format("Unexpected key \"caption\" on param \"{}\".", node.path()));
  node.text("caption", kMaxCaption, false);
  node.text("filename", kMaxFilename, false);
  node.boolean("voice");
  const std::string id = node.text("id", kMaxId, false);
  const std::string link = node.text("link", kMaxLink, false);
  if (id.empty() && link.empty()) node.lacks("id");
  if (id.empty() && !link.empty() && !is_link(link))
    node.refuse(fmt::format("Param {}['link'] is not a valid URL.", node.path()));
  if (!id.empty()) media.push_back({id, std::string(kind), node.path() + "['id']", node.is_true("voice")});
}

std::expected<SendContent, GraphError> read_content(const json::object& request, std::string_view type) {
  ContentCheck check;
  SendContent out;
  if (type == "contacts") {
    check_contacts(check, request);
  } else {
    const ContentNode node = check.root(request, type);
    if (type == "reaction")
      check_reaction(node);
    else if (type == "location")
      check_location(node);
    else if (type == "interactive")
      check_interactive(node, out.media);
    else {
      out.voice = node.is_true("voice");
      check_media(node, type, type != "audio" && type != "sticker", out.media);
    }
  }
  if (check.first_fault()) return std::unexpected(*check.first_fault());
  out.content = request.at(type);
  return out;
}

}  // namespace claw::sim
