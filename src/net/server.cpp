#include "net/server.hpp"

#include <condition_variable>
#include <netinet/tcp.h>
#include <thread>
#include <unistd.h>
#include <unordered_set>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/log.hpp"
#include "base/task_group.hpp"
#include "net/address.hpp"
#include "net/connection.hpp"

namespace claw::net {
namespace {

using Protocol = boost::asio::generic::stream_protocol;
using Acceptor = boost::asio::basic_socket_acceptor<Protocol>;
constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
/// How long accepting rests when the system has no descriptor left.
constexpr std::chrono::milliseconds kAcceptRest{50};

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  explicit State(IoPool& pool) : io(pool), acceptor(pool.executor(0)) {}

  IoPool& io;
  Connection::Shared shared;
  Acceptor acceptor;  // after listen() only on executor 0
  std::string unix_path;
  std::uint16_t port = 0;
  log::Thinned accept_failures;
  std::mutex mutex;
  std::unordered_set<std::shared_ptr<Connection>> open;  // guarded by mutex
  std::unique_ptr<TaskGroup> tasks = std::make_unique<TaskGroup>();

  Task<> accept();
  static Task<> run(std::shared_ptr<State> self, std::shared_ptr<Connection> connection);
};

Task<> Server::State::run(std::shared_ptr<State> self, std::shared_ptr<Connection> connection) {
  struct Gone {
    State& state;
    const std::shared_ptr<Connection>& connection;
    ~Gone() {
      std::scoped_lock lock(state.mutex);
      state.open.erase(connection);
    }
  } const gone{*self, connection};
  co_await connection->serve();
}

Task<> Server::State::accept() {
  auto self = shared_from_this();
  while (acceptor.is_open()) {
    Protocol::endpoint peer;
    auto [fault, socket] = co_await acceptor.async_accept(io.next(), peer, kTuple);
    if (fault == boost::asio::error::operation_aborted || !acceptor.is_open()) co_return;
    if (fault) {
      if (const auto count = accept_failures.allow())
        log::warn("http.accept_failed count={} reason=\"{}\"", count, fault.message());
      boost::asio::steady_timer rest(co_await boost::asio::this_coro::executor, kAcceptRest);
      co_await rest.async_wait(kTuple);
      continue;
    }
    if (unix_path.empty()) {
      const int on = 1;
      ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    std::shared_ptr<Connection> connection;
    {
      std::scoped_lock lock(mutex);
      if (open.size() >= shared.limits.max_connections) continue;
      connection = std::make_shared<Connection>(std::move(socket), ip_of(peer), shared);
      open.insert(connection);
    }
    const auto executor = connection->executor();
    tasks->spawn(executor, "http.connection", run(self, std::move(connection)));
  }
}

Server::Server(IoPool& io, const Router& router, ServerLimits limits) : state_(std::make_shared<State>(io)) {
  state_->shared.router = &router;
  state_->shared.limits = limits;
}

Server::~Server() {
  stop(std::chrono::milliseconds(0));
}

Result<void> Server::listen(const std::string& address) {
  const auto place = parse_listen_address(address);
  if (!place) return std::unexpected(place.error());
  State& state = *state_;
  boost::system::error_code fault;
  state.acceptor.open(place->endpoint.protocol(), fault);
  if (!fault && place->unix_path.empty())
    state.acceptor.set_option(boost::asio::socket_base::reuse_address(true), fault);
  if (!place->unix_path.empty()) ::unlink(place->unix_path.c_str());
  if (!fault) {
    // Nobody else may connect in the moment between bind and chmod.
    const auto mask = ::umask(0177);
    state.acceptor.bind(place->endpoint, fault);
    ::umask(mask);
  }
  if (!fault) state.acceptor.listen(boost::asio::socket_base::max_listen_connections, fault);
  if (fault) {
    boost::system::error_code ignored;
    state.acceptor.close(ignored);
    return fail(ErrorKind::kFatal, fmt::format("cannot listen on {}: {}", address, fault.message()));
  }
  state.unix_path = place->unix_path;
  state.port = port_of(state.acceptor.local_endpoint());
  state.tasks->spawn(state.io.executor(0), "http.accept", state.accept());
  return {};
}

std::uint16_t Server::port() const {
  return state_->port;
}

void Server::stop(std::chrono::milliseconds patience) {
  State& state = *state_;
  if (!state.shared.stopping.exchange(true)) {
    boost::asio::post(state.io.executor(0), [self = state_] {
      boost::system::error_code ignored;
      self->acceptor.close(ignored);
    });
    if (!state.unix_path.empty()) ::unlink(state.unix_path.c_str());
    std::scoped_lock lock(state.mutex);
    for (const auto& connection : state.open)
      boost::asio::post(connection->executor(), [connection] { connection->close_if_idle(); });
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (state.shared.answering.load() > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  state.tasks->cancel();
  state.tasks->join();
}

std::size_t Server::connections() const {
  std::scoped_lock lock(state_->mutex);
  return state_->open.size();
}

}  // namespace claw::net
