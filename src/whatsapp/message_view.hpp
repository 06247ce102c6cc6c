#pragma once
// Private to this folder: how a message reads for an agent, one function a type.

#include <string>
#include <string_view>

#include "whatsapp/json.hpp"
#include "whatsapp/webhook.hpp"

namespace claw::whatsapp {

/// What is being made of a message: its text, its data by name, and the fields of Message that a type fills.
struct Content {
  std::string text;
  json::object data;
  Message& message;
};

/// Renders `message` by its type into message.view and the fields that depend on the type. message.type, id and from
/// are set before. `value` is the change's, for the errors beside the messages.
void render_message(const json::object& item, const json::object& value, Message& message);

/// Renders the part of `item` that its type names; false for a type we do not know.
bool render_content(std::string_view type, const json::object& item, Content& out);

// content_view.cpp: what people send.
void render_media(std::string_view type, const json::object& item, Content& out);
void render_location(const json::object& item, Content& out);
void render_contacts(const json::object& item, Content& out);
void render_order(const json::object& item, Content& out);
void render_reaction(const json::object& item, Content& out);

// interactive_view.cpp: what people tap.
void render_button(const json::object& item, Content& out);
void render_interactive(const json::object& item, Content& out);

/// `errors` of Meta's, reduced to code, title, message and details; empty if there are none.
[[nodiscard]] json::array errors_view(const json::array* errors);

/// `a: 1, b: two`: the scalars in a value by their own names on one line, at most `max` of them, times as dates.
[[nodiscard]] std::string summary_of(const json::value& value, std::size_t max = 12);

/// "2026-11-22 20:05 UTC"
[[nodiscard]] std::string time_text(std::int64_t seconds);

/// `parts` that are not empty, with `separator` between them.
[[nodiscard]] std::string joined(std::initializer_list<std::string_view> parts, std::string_view separator);

}  // namespace claw::whatsapp
