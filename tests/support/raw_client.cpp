#include "support/raw_client.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <stdexcept>
#include <unistd.h>

#include <sys/socket.h>

namespace claw::testing {

RawClient::RawClient(unsigned short port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{5, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect");
}

RawClient::~RawClient() {
  ::close(fd_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::receive_more() {
  char buffer[16384];
  const auto count = ::recv(fd_, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(count));
  return true;
}

std::string RawClient::read_answer() {
  std::size_t head = std::string::npos;
  while ((head = received_.find("\r\n\r\n")) == std::string::npos)
    if (!receive_more()) return {};
  std::size_t body = 0;
  if (const auto at = received_.find("Content-Length: "); at != std::string::npos && at < head)
    body = std::strtoul(received_.c_str() + at + 16, nullptr, 10);
  const std::size_t whole = head + 4 + body;
  while (received_.size() < whole)
    if (!receive_more()) return {};
  std::string answer = received_.substr(0, whole);
  received_.erase(0, whole);
  return answer;
}

std::string RawClient::read_all() {
  while (receive_more()) {
  }
  return std::exchange(received_, {});
}

void RawClient::finish_sending() {
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace claw::testing
