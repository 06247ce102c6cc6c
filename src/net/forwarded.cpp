#include "net/forwarded.hpp"

#include <boost/asio/ip/address.hpp>

namespace claw::net {

std::string client_address(const HttpRequest& request, const NetworkSet& proxies) {
  std::string address = request.peer;
  const auto list = header_list(request.headers, "X-Forwarded-For");
  if (!list) return address;
  std::string_view left = *list;
  while (proxies.contains(address) && !left.empty()) {
    const auto comma = left.rfind(',');
    std::string_view entry = comma == std::string_view::npos ? left : left.substr(comma + 1);
    left = comma == std::string_view::npos ? std::string_view{} : left.substr(0, comma);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    boost::system::error_code fault;
    boost::asio::ip::make_address(entry, fault);
    if (fault) break;
    address = entry;
  }
  return address;
}

bool came_by_https(const HttpRequest& request, const NetworkSet& proxies) {
  return request.header("X-Forwarded-Proto") == "https" && proxies.contains(request.peer);
}

}  // namespace claw::net
