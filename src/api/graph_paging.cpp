#include "api/graph_paging.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include "net/http.hpp"

namespace claw {
namespace {

namespace json = boost::json;

std::optional<std::string> here(std::string_view link, std::string_view outside_url) {
  const auto url = boost::urls::parse_uri(link);
  if (!url) return std::nullopt;
  const std::string path(url->encoded_path().data(), url->encoded_path().size());
  std::string made = fmt::format("{}/graph{}", outside_url, path);
  char before = '?';
  for (const auto parameter : url->params()) {
    if (!is_passed_on(std::string_view(parameter.key))) continue;
    made += fmt::format("{}{}={}", before, parameter.key, net::percent_encode(parameter.value));
    before = '&';
  }
  return made;
}

}  // namespace

bool is_passed_on(std::string_view parameter) {
  static constexpr std::string_view kKnown[] = {"fields", "limit",    "after",    "before", "name",
                                                "status", "category", "language", "hsm_id"};
  return std::ranges::find(kKnown, parameter) != std::end(kKnown);
}

void lead_here(json::value& answer, std::string_view outside_url) {
  if (answer.is_array())
    for (auto& each : answer.get_array()) lead_here(each, outside_url);
  if (!answer.is_object()) return;
  for (auto& member : answer.get_object()) lead_here(member.value(), outside_url);
  auto* const paging = answer.get_object().if_contains("paging");
  if (!paging || !paging->is_object()) return;
  for (const char* name : {"next", "previous"}) {
    auto* const link = paging->get_object().if_contains(name);
    if (!link) continue;
    auto made = link->is_string() ? here(link->get_string(), outside_url) : std::nullopt;
    if (made)
      *link = std::move(*made);
    else
      paging->get_object().erase(name);
  }
}

}  // namespace claw
