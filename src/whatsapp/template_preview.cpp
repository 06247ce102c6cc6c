#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "whatsapp/json.hpp"
#include "whatsapp/outgoing_rules.hpp"
#include "whatsapp/template.hpp"
#include "whatsapp/template_text.hpp"

namespace claw::whatsapp {
namespace {

using Kind = TemplateVariable::Kind;
using Values = std::map<std::string, std::string>;

constexpr std::array<std::string_view, 7> kKinds = {"text", "file", "number", "url_end", "code", "payload", "time"};

/// Meta writes the body of an authentication template itself, and tells it only after the review.
constexpr std::string_view kCodeBody = "*{{1}}* is your verification code.";

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool is_link(std::string_view value) {
  return value.starts_with("https://") || value.starts_with("http://");
}

/// The example of a text's variable: by its name, or by its place in the first example.
std::string example_of(const json::object& component, std::string_view part, const std::string& name,
                       std::size_t place) {
  const auto* examples = find_object(component, "example");
  if (!examples) return {};
  if (const auto* named = find_array(*examples, fmt::format("{}_text_named_params", part)))
    for (const auto& each : *named)
      if (const auto* object = each.if_object(); object && text_at(*object, "param_name") == name)
        return text_at(*object, "example");
  const auto* list = find_array(*examples, fmt::format("{}_text", part));
  // A body's stand in a list of lists, a header's in one.
  if (list && !list->empty() && list->front().is_array()) list = &list->front().get_array();
  return list && place < list->size() ? text_of(&(*list)[place]) : std::string();
}

/// The one example of a button: a text, or a list with a text.
std::string example_of_button(const json::object& button) {
  const auto* example = find(button, "example");
  if (!example) return {};
  const auto* list = example->if_array();
  if (!list) return text_of(example);
  return list->empty() ? std::string() : text_of(&list->front());
}

/// Walks through a template's components, and makes all of a preview on the way.
class Filling {
 public:
  Filling(const MessageTemplate& of, const Values& values) : of_(of), values_(values) {}

  TemplatePreview run() {
    const auto parsed = parse_json(of_.components);
    json::object shown;
    json::array components;
    if (parsed && parsed->is_array()) fill(parsed->get_array(), "", shown, components);
    for (const auto& [key, value] : values_)
      if (std::ranges::find(out_.variables, key, &TemplateVariable::key) == out_.variables.end())
        problem(key, fmt::format("The template has no variable \"{}\".", quoted(key)));
    json::object content{{"name", of_.name}, {"language", {{"code", of_.language}}}};
    if (!components.empty()) content["components"] = std::move(components);
    out_.shown = write_json(shown);
    out_.message = write_json(json::object{{"type", "template"}, {"template", std::move(content)}});
    // Whatever limit is not known by its variable.
    if (out_.problems.empty())
      if (const auto read = read_outgoing(out_.message); !read) problem("", read.error().words());
    return std::move(out_);
  }

 private:
  void fill(const json::array& components, const std::string& prefix, json::object& shown, json::array& parts) {
    for (const auto& element : components) {
      const auto* component = element.if_object();
      if (!component) continue;
      const auto type = capitals(text_at(*component, "type"));
      if (type == "HEADER") {
        header(*component, prefix, shown, parts);
      } else if (type == "BODY") {
        body(*component, prefix, shown, parts);
      } else if (type == "FOOTER") {
        shown["footer"] = text_at(*component, "text");
      } else if (type == "BUTTONS") {
        buttons(*component, prefix, shown, parts);
      } else if (type == "LIMITED_TIME_OFFER") {
        offer(*component, shown, parts);
      } else if (type == "CAROUSEL") {
        cards(*component, shown, parts);
      } else if (type != "CALL_PERMISSION_REQUEST") {
        problem("", fmt::format("Its part \"{}\" is not known here: it is not shown.", quoted(type)));
      }
    }
  }

  void problem(std::string variable, std::string words) {
    out_.problems.push_back({std::move(variable), std::move(words)});
  }

  /// Adds a variable; its value, or empty. One that is needed and has none is a problem.
  std::string take(TemplateVariable variable) {
    const auto found = values_.find(variable.key);
    const auto value = found == values_.end() ? std::string() : found->second;
    if (value.empty() && variable.is_needed) problem(variable.key, fmt::format("{} has no value.", variable.label));
    out_.variables.push_back(std::move(variable));
    return value;
  }
  /// The same, held to a limit of characters.
  std::string take(TemplateVariable variable, std::size_t most) {
    const auto key = variable.key;
    const auto label = variable.label;
    auto value = take(std::move(variable));
    if (const auto given = characters_in(value); given > most)
      problem(key, fmt::format("{} has at most {} characters, given {}.", label, most, given));
    return value;
  }

  /// `text` with its values; their parameters to `parameters`.
  std::string text_with(const json::object& component, std::string_view part, const std::string& prefix,
                        std::string_view text, json::array& parameters, std::size_t most) {
    std::size_t place = 0;
    Values given;
    for (const auto& name : variables_in(text)) {
      const auto value = take({.key = fmt::format("{}{}.{}", prefix, part, name),
                               .label = fmt::format("{{{{{}}}}}", name),
                               .example = example_of(component, part, name, place++)},
                              most);
      if (value.empty()) continue;
      given.emplace(name, value);
      json::object parameter{{"type", "text"}, {"text", value}};
      if (of_.named) parameter["parameter_name"] = name;
      parameters.push_back(std::move(parameter));
    }
    return with_values(text, given);
  }

  void header(const json::object& component, const std::string& prefix, json::object& shown, json::array& parts) {
    constexpr std::size_t kMostText = 60;
    const auto format = capitals(text_at(component, "format"));
    json::array parameters;
    json::object& head = (shown["header"] = json::object{{"format", format}}).get_object();
    if (format == "TEXT") {
      head["text"] = text_with(component, "header", prefix, text_at(component, "text"), parameters, kMostText);
    } else if (format == "LOCATION") {
      if (auto place = location(prefix, head); !place.empty())
        parameters.push_back({{"type", "location"}, {"location", std::move(place)}});
    } else if (format == "PRODUCT") {
      product(prefix, parameters);
    } else {
      file(component, format, prefix, head, parameters);
    }
    if (!parameters.empty()) parts.push_back({{"type", "header"}, {"parameters", std::move(parameters)}});
  }

  void file(const json::object& component, const std::string& format, const std::string& prefix, json::object& head,
            json::array& parameters) {
    const auto type = lower(format);
    const auto* examples = find_object(component, "example");
    const auto* handles = examples ? find_array(*examples, "header_handle") : nullptr;
    const auto value =
        take({.key = fmt::format("{}header.{}", prefix, type),
              .label = format == "DOCUMENT" ? "The document of the header" : fmt::format("The {} of the header", type),
              .kind = Kind::kFile,
              .example = handles && !handles->empty() ? text_of(&handles->front()) : std::string()});
    const auto name =
        format == "DOCUMENT"
            ? take({.key = prefix + "header.filename", .label = "The document's name", .is_needed = false})
            : std::string();
    if (value.empty()) return;
    head["file"] = value;
    json::object content{{is_link(value) ? "link" : "id", value}};
    if (!name.empty()) head["filename"] = content["filename"] = name;
    parameters.push_back({{"type", type}, {type, std::move(content)}});
  }

  json::object location(const std::string& prefix, json::object& head) {
    constexpr std::size_t kMostName = 100, kMostAddress = 300;
    json::object place;
    for (const auto* each : {"latitude", "longitude"}) {
      const auto key = fmt::format("{}header.{}", prefix, each);
      const auto value = take({.key = key, .label = fmt::format("The {} of the header", each), .kind = Kind::kNumber});
      if (value.empty()) continue;
      double number = 0;
      const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (fault != std::errc() || end != value.data() + value.size())
        problem(key, fmt::format("The {} is a number, as 52.52.", each));
      place[each] = value;
    }
    for (const auto& [each, most] : {std::pair{"name", kMostName}, std::pair{"address", kMostAddress}})
      if (const auto value =
              take({.key = fmt::format("{}header.{}", prefix, each), .label = fmt::format("The {} of the place", each)},
                   most);
          !value.empty())
        head[each] = place[each] = value;
    return place;
  }

  void product(const std::string& prefix, json::array& parameters) {
    const auto item = take({.key = prefix + "header.product", .label = "The product's id in the catalogue"});
    const auto catalog = take({.key = prefix + "header.catalog", .label = "The catalogue's id"});
    if (!item.empty() && !catalog.empty())
      parameters.push_back(
          {{"type", "product"}, {"product", {{"product_retailer_id", item}, {"catalog_id", catalog}}}});
  }

  void body(const json::object& component, const std::string& prefix, json::object& shown, json::array& parts) {
    constexpr std::size_t kMostText = 1024, kMostAlone = 32768;
    const bool is_alone = prefix.empty() && parse_json(of_.components)->get_array().size() == 1;
    auto text = text_at(component, "text");
    if (text.empty() && is_for_codes()) text = kCodeBody;
    json::array parameters;
    shown["body"] = text_with(component, "body", prefix, text, parameters, is_alone ? kMostAlone : kMostText);
    if (!parameters.empty()) parts.push_back({{"type", "body"}, {"parameters", std::move(parameters)}});
  }

  [[nodiscard]] bool is_for_codes() const { return of_.category == "AUTHENTICATION"; }

  void offer(const json::object& component, json::object& shown, json::array& parts) {
    const auto* offer = find_object(component, "limited_time_offer");
    if (!offer) return;
    shown["offer"] = text_at(*offer, "text");
    if (!is_true(*offer, "has_expiration")) return;
    const auto ends = take({.key = "offer.expires", .label = "When the offer ends", .kind = Kind::kTime});
    std::int64_t at = 0;
    const auto [end, fault] = std::from_chars(ends.data(), ends.data() + ends.size(), at);
    if (ends.empty()) return;
    if (fault != std::errc() || end != ends.data() + ends.size())
      return problem("offer.expires", "When the offer ends is a whole number: milliseconds since 1970.");
    parts.push_back(
        {{"type", "limited_time_offer"},
         {"parameters", {{{"type", "limited_time_offer"}, {"limited_time_offer", {{"expiration_time_ms", at}}}}}}});
  }

  void cards(const json::object& component, json::object& shown, json::array& parts) {
    const auto* cards = find_array(component, "cards");
    if (!cards) return;
    json::array of_shown, of_message;
    for (const auto& card : *cards) {
      const auto* object = card.if_object();
      const auto* components = object ? find_array(*object, "components") : nullptr;
      const auto index = of_shown.size();
      json::object card_shown;
      json::array card_parts;
      if (components) fill(*components, fmt::format("card.{}.", index), card_shown, card_parts);
      of_shown.push_back(std::move(card_shown));
      of_message.push_back({{"card_index", index}, {"components", std::move(card_parts)}});
    }
    shown["cards"] = std::move(of_shown);
    parts.push_back({{"type", "carousel"}, {"cards", std::move(of_message)}});
  }

  void buttons(const json::object& component, const std::string& prefix, json::object& shown, json::array& parts) {
    const auto* buttons = find_array(component, "buttons");
    if (!buttons) return;
    json::array list;
    for (const auto& element : *buttons) {
      const auto* button = element.if_object();
      if (!button) continue;
      const auto index = list.size();
      list.push_back(pick(*button, {"type", "text", "url", "phone_number"}));
      json::object& seen = list.back().get_object();
      if (auto parameter = of_button(*button, fmt::format("{}button.{}", prefix, index), seen))
        parts.push_back({{"type", "button"},
                         {"sub_type", std::move(parameter->first)},
                         {"index", std::to_string(index)},
                         {"parameters", {std::move(parameter->second)}}});
    }
    shown["buttons"] = std::move(list);
  }

  /// What a button is sent with, as (sub_type, parameter); nothing where it needs nothing or has no value.
  using Parameter = std::optional<std::pair<std::string, json::object>>;
  Parameter of_button(const json::object& button, const std::string& key, json::object& seen) {
    const auto type = capitals(text_at(button, "type"));
    const auto text = text_at(button, "text");
    const auto called = fmt::format("The button \"{}\"", text);
    if (type == "OTP" || (type == "URL" && is_for_codes())) {
      // The code stands in the body too, and is asked for once.
      seen.erase("url");
      const auto code = values_.find("body.1");
      if (code == values_.end() || code->second.empty()) return std::nullopt;
      return std::pair{std::string("url"), json::object{{"type", "text"}, {"text", code->second}}};
    }
    if (type == "URL") return of_url_button(button, key, called, seen);
    if (type == "COPY_CODE") {
      constexpr std::size_t kMostCode = 20;
      const auto code =
          take({.key = key, .label = called + ": the code", .kind = Kind::kCode, .example = example_of_button(button)},
               kMostCode);
      if (code.empty()) return std::nullopt;
      return std::pair{std::string("copy_code"), json::object{{"type", "coupon_code"}, {"coupon_code", code}}};
    }
    if (type == "QUICK_REPLY") {
      const auto payload =
          take({.key = key, .label = called + ": what you are told", .kind = Kind::kPayload, .is_needed = false});
      if (payload.empty()) return std::nullopt;
      return std::pair{std::string("quick_reply"), json::object{{"type", "payload"}, {"payload", payload}}};
    }
    if (type == "FLOW") {
      auto token = take({.key = key, .label = called + ": its token", .kind = Kind::kPayload, .is_needed = false});
      if (token.empty()) token = "unused";  // Meta's own word for none
      return std::pair{std::string("flow"), json::object{{"type", "action"}, {"action", {{"flow_token", token}}}}};
    }
    if (type == "MPM" || type == "SPM")
      problem("", fmt::format("{} shows products, which are chosen with each send: send it by the API.", called));
    return std::nullopt;
  }

  Parameter of_url_button(const json::object& button, const std::string& key, const std::string& called,
                          json::object& seen) {
    constexpr std::size_t kMostUrl = 2000;
    const auto url = text_at(button, "url");
    const auto names = variables_in(url);
    if (names.empty()) return std::nullopt;
    auto example = example_of_button(button);
    // Meta has the whole address there.
    if (const auto begin = url.substr(0, url.find("{{")); example.starts_with(begin)) example.erase(0, begin.size());
    const auto end = take({.key = key,
                           .label = called + ": the end of its address",
                           .kind = Kind::kUrlEnd,
                           .example = std::move(example)},
                          kMostUrl);
    if (end.empty()) return std::nullopt;
    seen["url"] = with_values(url, {{names.front(), end}});
    return std::pair{std::string("url"), json::object{{"type", "text"}, {"text", end}}};
  }

  const MessageTemplate& of_;
  const Values& values_;
  TemplatePreview out_;
};

}  // namespace

std::string_view to_string(TemplateVariable::Kind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

TemplatePreview preview_template(const MessageTemplate& of, const std::map<std::string, std::string>& values) {
  return Filling(of, values).run();
}

}  // namespace claw::whatsapp
