#include "delivery/fallback_template.hpp"

#include <boost/json.hpp>

#include "whatsapp/text_limits.hpp"

namespace claw {
namespace {

namespace json = boost::json;

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string variable_of(const whatsapp::Outgoing& said) {
  const auto parts = whatsapp::split_text(on_one_line(said.view.text), kMaxVariableCharacters);
  if (parts.empty()) return "[" + said.type + "]";
  return parts.size() == 1 ? parts.front() : parts.front() + " …";
}

}  // namespace

whatsapp::Outgoing fallback_template(const DeliverySettings& settings, const whatsapp::Outgoing& said) {
  json::object named{{"name", settings.template_name}, {"language", {{"code", settings.template_language}}}};
  if (settings.template_takes_text)
    named["components"] = {
        {{"type", "body"}, {"parameters", json::array{{{"type", "text"}, {"text", variable_of(said)}}}}}};
  const json::object message{{"type", "template"}, {"template", std::move(named)}};
  auto read = whatsapp::read_outgoing(json::serialize(message));
  // What is wrong with it, Meta says with the send.
  return read
             ? std::move(*read)
             : whatsapp::Outgoing{"template",
                                  {"[template " + settings.template_name + "]",
                                   json::serialize(json::object{{"message", {{"template", message.at("template")}}}})}};
}

}  // namespace claw
