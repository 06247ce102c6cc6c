#include "graph/media_hosts.hpp"

#include <algorithm>
#include <cctype>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <fmt/format.h>

namespace claw {
namespace {

/// Meta's, as https on its own port.
bool is_metas(std::string_view origin) {
  constexpr std::string_view kScheme = "https://", kPort = ":443";
  if (!origin.starts_with(kScheme) || !origin.ends_with(kPort)) return false;
  const auto host = origin.substr(kScheme.size(), origin.size() - kScheme.size() - kPort.size());
  return host == "lookaside.fbsbx.com" || host.ends_with(".fbcdn.net") || host.ends_with(".whatsapp.net");
}

}  // namespace

std::string origin_of(std::string_view url) {
  const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  if (!parsed || parsed->has_userinfo() || parsed->host().empty()) return {};
  const std::string scheme = parsed->scheme();
  if (scheme != "http" && scheme != "https") return {};
  std::string host = parsed->host();
  std::ranges::transform(host, host.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string port = parsed->has_port() ? std::string(parsed->port()) : scheme == "https" ? "443" : "80";
  return fmt::format("{}://{}:{}", scheme, host, port);
}

std::string redirect_target(std::string_view url, std::string_view location) {
  const auto base = boost::urls::parse_uri({url.data(), url.size()});
  const auto reference = boost::urls::parse_uri_reference({location.data(), location.size()});
  boost::urls::url target;
  if (!base || !reference || !boost::urls::resolve(*base, *reference, target)) return {};
  return std::string(target.buffer());
}

MediaHosts::MediaHosts(std::string_view base_url, const std::vector<std::string>& more) {
  origins_.push_back(origin_of(base_url));
  for (const auto& each : more) origins_.push_back(origin_of(each));
  std::erase(origins_, std::string());
}

Result<void> MediaHosts::check(std::string_view url) const {
  const auto origin = origin_of(url);
  if (!origin.empty() && (is_metas(origin) || std::ranges::find(origins_, origin) != origins_.end())) return {};
  return fail(ErrorKind::kInvalid,
              fmt::format("the file is said to be at {}, which is none of Meta's hosts: no token is sent there "
                          "(graph.media_hosts names others)",
                          origin.empty() ? "an address that cannot be read" : origin));
}

}  // namespace claw
