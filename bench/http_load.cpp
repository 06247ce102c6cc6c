#include "http_load.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace claw::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::chrono::seconds kPatience{10};            ///< For answers after the end.
constexpr std::chrono::milliseconds kLookAtFigures{10};  ///< How often the window is moved on.
constexpr std::chrono::milliseconds kLongestSleep{50};

/// An answer that has come whole, or nothing yet.
struct Answer {
  int status = 0;
  std::size_t size = 0;  ///< Head and body.
  std::size_t head = 0;
};

std::size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "content-length:";
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2);
    if (line.size() < kName.size() || ::strncasecmp(line.data(), kName.data(), kName.size()) != 0) continue;
    return std::strtoul(line.data() + kName.size(), nullptr, 10);
  }
  return 0;
}

Answer read_answer(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos || bytes.size() < 12) return {};
  Answer answer;
  answer.head = end + 4;
  std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
  answer.size = answer.head + content_length(bytes.substr(0, answer.head));
  return answer.size <= bytes.size() ? answer : Answer{};
}

class Connection {
 public:
  Connection(std::uint16_t port, int epoll) : port_(port), epoll_(epoll) { open(); }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view request, Clock::time_point due) {
    busy = true;
    this->due = due;
    left_ = request;
    write();
  }
  void write() {
    while (!left_.empty()) {
      const auto count = ::send(fd_, left_.data(), left_.size(), MSG_NOSIGNAL);
      if (count < 0) return;  // full, or broken: then reading tells
      left_.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  /// True once an answer is whole; `status` 0 if the connection closed instead.
  bool read(int& status, std::string& body) {
    bool closed = false;
    for (char buffer[16384];;) {
      const auto count = ::recv(fd_, buffer, sizeof buffer, 0);
      if (count > 0) in_.append(buffer, static_cast<std::size_t>(count));
      closed = count == 0 || (count < 0 && errno != EAGAIN);
      if (count < static_cast<ssize_t>(sizeof buffer)) break;
    }
    const Answer answer = read_answer(in_);
    if (answer.status != 0) {
      status = answer.status;
      body.assign(in_, answer.head, answer.size - answer.head);
      in_.erase(0, answer.size);
      return true;
    }
    if (!closed) return false;
    status = 0;
    ::close(fd_);
    open();
    return true;
  }

  bool busy = false;
  Clock::time_point due;

 private:
  void open() {
    in_.clear();
    left_ = {};
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error(std::string("cannot connect: ") + std::strerror(errno));
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = this;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_, &event);
  }

  const std::uint16_t port_;
  const int epoll_;
  int fd_ = -1;
  std::string_view left_;
  std::string in_;
};

class Load {
 public:
  Load(const LoadOptions& options, RequestList& requests)
      : options_(options), requests_(requests), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < options_.connections; ++i)
      free_.push_back(connections_.emplace_back(std::make_unique<Connection>(options_.port, epoll_)).get());
    if (options_.window == 0) return;
    figures_ = std::make_unique<Connection>(options_.port, epoll_);
    figures_request_ = "GET " + options_.figures_path + " HTTP/1.1\r\nHost: bench\r\n\r\n";
  }
  ~Load() {
    connections_.clear();
    figures_.reset();
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  LoadResult run() {
    begin_ = Clock::now();
    measured_from_ = begin_ + options_.warm_up;
    end_ = measured_from_ + options_.duration;
    for (auto now = begin_; now < end_ + kPatience; now = Clock::now()) {
      if (now < end_) issue(now);
      if (figures_ && now < end_) look_at_figures(now);
      if ((now >= end_ || result_.ran_out) && free_.size() == connections_.size()) break;
      wait(now);
    }
    return finish();
  }

 private:
  [[nodiscard]] Clock::time_point due_of(std::uint64_t number) const {
    return begin_ + nanoseconds(static_cast<std::int64_t>(static_cast<double>(number) / options_.rate * 1e9));
  }
  [[nodiscard]] bool may_send(Clock::time_point now) const {
    if (options_.rate > 0) return due_of(result_.sent) <= now;
    if (options_.window > 0) return first_figure_ && result_.sent - jobs_done() < options_.window;
    return true;
  }
  [[nodiscard]] std::uint64_t jobs_done() const { return (last_figure_ - *first_figure_) / options_.figures_per_job; }

  void issue(Clock::time_point now) {
    while (!free_.empty() && may_send(now)) {
      const auto request = requests_.next();
      if (request.empty()) {
        result_.ran_out = true;
        return;
      }
      Connection* const connection = free_.front();
      free_.pop_front();
      connection->send(request, options_.rate > 0 ? due_of(result_.sent) : now);
      ++result_.sent;
    }
  }

  void look_at_figures(Clock::time_point now) {
    if (figures_->busy || now < next_look_) return;
    next_look_ = now + kLookAtFigures;
    figures_->send(figures_request_, now);
  }

  void take_figure(const std::string& page, Clock::time_point now) {
    const std::string name = "\"" + options_.figure + "\":";
    const auto at = page.find(name);
    if (at == std::string::npos) throw std::runtime_error("there is no figure " + options_.figure);
    last_figure_ = std::strtoull(page.c_str() + at + name.size(), nullptr, 10);
    if (!first_figure_) first_figure_ = last_figure_;
    if (now < measured_from_ || now > end_) return;
    if (measured_jobs_.first_at == Clock::time_point{}) measured_jobs_ = {now, now, last_figure_, last_figure_};
    measured_jobs_.last_at = now;
    measured_jobs_.last = last_figure_;
  }

  void wait(Clock::time_point now) {
    auto sleep = std::chrono::duration_cast<nanoseconds>(kLongestSleep);
    if (options_.rate > 0 && !free_.empty() && now < end_ && !result_.ran_out)
      sleep = std::min(sleep, due_of(result_.sent) - now);
    if (figures_) sleep = std::min(sleep, std::chrono::duration_cast<nanoseconds>(kLookAtFigures));
    sleep = std::max(sleep, nanoseconds(0));
    const timespec limit{0, sleep.count()};
    epoll_event events[256];
    const int count = ::epoll_pwait2(epoll_, events, std::size(events), &limit, nullptr);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      if (events[i].events & EPOLLOUT) connection.write();
      int status = 0;
      if (!connection.read(status, body_)) continue;
      const bool was_busy = std::exchange(connection.busy, false);
      if (&connection == figures_.get()) {
        if (status == 200) take_figure(body_, Clock::now());
      } else if (was_busy) {
        answered(connection, status);
      }
    }
  }

  void answered(Connection& connection, int status) {
    const auto now = Clock::now();
    ++result_.statuses[status];
    const bool good = status >= 200 && status < 300;
    ++(good ? result_.answered : result_.failures);
    if (good && now >= measured_from_ && now < end_) ++measured_;
    if (connection.due >= measured_from_) result_.latency.add(now - connection.due);
    free_.push_back(&connection);
  }

  LoadResult finish() {
    result_.failures += connections_.size() - free_.size();
    result_.answered_per_second =
        static_cast<double>(measured_) / std::chrono::duration<double>(options_.duration).count();
    const auto& jobs = measured_jobs_;
    if (jobs.last_at > jobs.first_at)
      result_.jobs_per_second = static_cast<double>(jobs.last - jobs.first) /
                                static_cast<double>(options_.figures_per_job) /
                                std::chrono::duration<double>(jobs.last_at - jobs.first_at).count();
    return std::move(result_);
  }

  struct MeasuredJobs {
    Clock::time_point first_at, last_at;
    std::uint64_t first = 0, last = 0;
  };

  const LoadOptions& options_;
  RequestList& requests_;
  const int epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<Connection*> free_;
  std::unique_ptr<Connection> figures_;
  std::string figures_request_;
  Clock::time_point begin_, measured_from_, end_, next_look_;
  std::optional<std::uint64_t> first_figure_;
  std::uint64_t last_figure_ = 0;
  MeasuredJobs measured_jobs_;
  std::uint64_t measured_ = 0;
  std::string body_;
  LoadResult result_;
};

}  // namespace

LoadResult run_load(const LoadOptions& options, RequestList& requests) {
  // The kernel may else sleep 50 µs longer than asked.
  ::prctl(PR_SET_TIMERSLACK, 1);
  return Load(options, requests).run();
}

}  // namespace claw::bench
