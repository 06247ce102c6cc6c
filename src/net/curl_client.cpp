#include "net/curl_client.hpp"

#include <atomic>
#include <cstring>
#include <unordered_map>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include "base/log.hpp"
#include "net/address.hpp"

namespace claw::net {
namespace {

/// A kept connection that idled longer is not used again: the peer may close it just as we send, and then nobody knows
/// whether the request was seen. Meta's edge keeps connections for longer than this.
constexpr long kMaxIdleSeconds = 20;
/// A transfer that is slower for its whole stall_timeout is given up.
constexpr long kStallBytesPerSecond = 1024;

void init_curl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (once != CURLE_OK) throw std::runtime_error("libcurl could not be initialised");
}

/// One call under way. Owned by its loop; only on its loop's executor.
struct Call {
  explicit Call(ClientRequest r) : request(std::move(r)) {}
  ~Call() {
    curl_slist_free_all(headers);
    wipe(authorization);
    wipe(aws_secret);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  ClientRequest request;
  ClientResponse response;
  Completion<Result<ClientResponse>> done;
  curl_slist* headers = nullptr;
  std::string authorization;
  std::string aws_secret;
  CURL* easy = nullptr;
  std::optional<Error> own_fault;  ///< Of the request's source or sink.
  const AddressPolicy* addresses = nullptr;
  std::string refused_address;
  std::size_t sent = 0;
  std::size_t received = 0;
  bool rewound = false;
  bool too_large = false;
  char fault[CURL_ERROR_SIZE] = "";
};

std::size_t on_read(char* to, std::size_t size, std::size_t count, void* user) {
  auto& call = *static_cast<Call*>(user);
  if (call.request.source) {
    auto filled = call.request.source->read({to, size * count});
    if (filled && *filled == 0 && call.sent < call.request.source->size())
      filled = fail(ErrorKind::kFatal, "the body of the request ended too early");
    if (!filled) {
      call.own_fault = std::move(filled.error());
      return CURL_READFUNC_ABORT;
    }
    call.sent += *filled;
    return *filled;
  }
  const std::size_t bytes = std::min(size * count, call.request.body.size() - call.sent);
  std::memcpy(to, call.request.body.data() + call.sent, bytes);
  call.sent += bytes;
  return bytes;
}

/// libcurl sends a request again by itself when a kept connection closes without an answer. The peer may have acted on
/// the first one, so the body can be read once only: the second try fails here, and the call ends as ambiguous.
int on_seek(void* user, curl_off_t offset, int) {
  auto& call = *static_cast<Call*>(user);
  if (call.sent == 0 && offset == 0) return CURL_SEEKFUNC_OK;
  call.rewound = true;
  return CURL_SEEKFUNC_FAIL;
}

std::size_t on_write(char* from, std::size_t size, std::size_t count, void* user) {
  auto& call = *static_cast<Call*>(user);
  const std::size_t bytes = size * count;
  call.received += bytes;
  if (call.received > call.request.max_response_bytes) {
    call.too_large = true;
    return 0;
  }
  long status = 0;
  if (call.request.sink) curl_easy_getinfo(call.easy, CURLINFO_RESPONSE_CODE, &status);
  if (status / 100 == 2) {
    auto taken = call.request.sink->write({from, bytes});
    if (taken) return bytes;
    call.own_fault = std::move(taken.error());
    return 0;
  }
  call.response.body.append(from, bytes);
  return bytes;
}

std::size_t on_header(char* from, std::size_t size, std::size_t count, void* user) {
  auto& call = *static_cast<Call*>(user);
  std::string_view line(from, size * count);
  if (line.starts_with("HTTP/")) call.response.headers.clear();  // a 100 came before
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && call.response.headers.size() < 100) {
    auto value = line.substr(colon + 1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front()))) value.remove_prefix(1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back()))) value.remove_suffix(1);
    call.response.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  return line.size();
}

curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& call = *static_cast<Call*>(user);
  boost::asio::generic::stream_protocol::endpoint endpoint(&address->addr, address->addrlen);
  const std::string ip = ip_of(endpoint);
  if (call.request.unix_socket.empty() && !call.addresses->allows(ip)) {
    call.refused_address = ip;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Error error_of(const Call& call, CURLcode code, CURL* easy) {
  const char* const words = call.fault[0] ? call.fault : curl_easy_strerror(code);
  if (!call.refused_address.empty())
    return {ErrorKind::kInvalid,
            fmt::format("the address {} is not public; net.allow_private opens such networks", call.refused_address)};
  if (call.own_fault) return *call.own_fault;
  if (call.too_large) return {ErrorKind::kAmbiguous, "the answer is larger than allowed"};
  if (call.rewound) return {ErrorKind::kAmbiguous, "the connection closed before an answer came"};
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {ErrorKind::kInvalid, words};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorKind::kTransient, words};
    default:
      break;
  }
  long request_bytes = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_bytes);
  return {request_bytes == 0 ? ErrorKind::kTransient : ErrorKind::kAmbiguous, words};
}

/// Of the first certificate that the server showed, which is its own.
std::optional<CertificateLife> certificate_life(CURL* easy) {
  curl_certinfo* shown = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &shown) != CURLE_OK || !shown || shown->num_of_certs == 0)
    return std::nullopt;
  const auto date = [&](std::string_view name) -> std::optional<TimePoint> {
    for (const curl_slist* line = shown->certinfo[0]; line; line = line->next)
      if (std::string_view(line->data).starts_with(name))
        if (const std::time_t at = curl_getdate(line->data + name.size(), nullptr); at >= 0)
          return from_ms(static_cast<std::int64_t>(at) * 1'000);
    return std::nullopt;
  };
  const auto begins = date("Start date:"), ends = date("Expire date:");
  if (!begins || !ends) return std::nullopt;
  return CertificateLife{*begins, *ends};
}

}  // namespace

/// libcurl's multi handle of one io thread. All but enqueue() only on its executor.
struct CurlClient::Loop : std::enable_shared_from_this<CurlClient::Loop> {
  Loop(Executor where, std::shared_ptr<const Options> with)
      : executor(std::move(where)), options(std::move(with)), timer(executor), multi(curl_multi_init()) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options->max_connections_per_host));
  }
  ~Loop() { close(); }

  struct Watch {
    explicit Watch(const Executor& executor) : descriptor(executor) {}
    boost::asio::posix::stream_descriptor descriptor;
    int wanted = 0;        ///< CURL_POLL_* as libcurl last asked.
    bool reading = false;  ///< A wait for reading is out.
    bool writing = false;
  };

  void start(std::unique_ptr<Call> call);
  void close();
  void set_options(CURL* easy, Call& call);
  void arm();
  void act_when_due();
  void act(curl_socket_t socket, int what);
  void collect();
  void wait(curl_socket_t socket, const std::shared_ptr<Watch>& watch);
  void forget(curl_socket_t socket);

  static int on_socket(CURL*, curl_socket_t socket, int what, void* user, void*);
  static int on_timer(CURLM*, long ms, void* user);
  static int on_close_socket(void* user, curl_socket_t socket);

  Executor executor;
  std::shared_ptr<const Options> options;
  boost::asio::steady_timer timer;
  using TimerClock = boost::asio::steady_timer::clock_type;
  TimerClock::time_point due = TimerClock::time_point::max();        ///< When libcurl wants to be called.
  TimerClock::time_point armed_for = TimerClock::time_point::max();  ///< When the timer fires; never: max().
  CURLM* multi;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches;  // shared with the waits that are out
  std::unordered_map<CURL*, std::unique_ptr<Call>> calls;
  std::vector<CURL*> spare;
};

void CurlClient::Loop::set_options(CURL* easy, Call& call) {
  const ClientRequest& request = call.request;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call.fault);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the environment does not decide where tokens go
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent.c_str());
  if (!options->ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  if (request.url.starts_with("https:")) {
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &call);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Loop::on_close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_write);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &call);
  if (!request.unix_socket.empty()) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
  if (request.asks_certificate) {
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);  // it is told of a handshake only
  }
  if (request.stall_timeout.count() > 0) {
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_timeout.count()));
  }
  const bool has_body = request.source || !request.body.empty() || request.method == "POST" || request.method == "PUT";
  if (has_body) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.source ? request.source->size() : request.body.size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, &call);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, &call);
    call.headers = curl_slist_append(call.headers, "Expect:");
  }
  if (request.method != (has_body ? "POST" : "GET"))
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  for (const auto& header : request.headers)
    call.headers = curl_slist_append(call.headers, fmt::format("{}: {}", header.name, header.value).c_str());
  if (!request.bearer.empty()) {
    call.authorization = "Authorization: " + request.scheme + " ";
    call.authorization += request.bearer.expose();
    call.headers = curl_slist_append(call.headers, call.authorization.c_str());
  }
  if (request.aws) {
    const auto signer = fmt::format("aws:amz:{}:{}", request.aws->region, request.aws->service);
    call.aws_secret = request.aws->secret.expose();
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, signer.c_str());  // libcurl copies all three
    curl_easy_setopt(easy, CURLOPT_USERNAME, request.aws->key_id.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, call.aws_secret.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call.headers);
}

void CurlClient::Loop::start(std::unique_ptr<Call> call) {
  if (!multi) {
    call->done(fail(ErrorKind::kStopping, "the HTTP client was stopped"));
    return;
  }
  CURL* easy = nullptr;
  if (spare.empty()) {
    easy = curl_easy_init();
  } else {
    easy = spare.back();
    spare.pop_back();
  }
  call->addresses = &options->addresses;
  call->easy = easy;
  set_options(easy, *call);
  calls.emplace(easy, std::move(call));
  curl_multi_add_handle(multi, easy);
}

void CurlClient::Loop::close() {
  if (!multi) return;
  timer.cancel();
  auto ending = std::move(calls);
  calls.clear();
  for (auto& [easy, call] : ending) {
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
    call->done(fail(ErrorKind::kAmbiguous, "the HTTP client was stopped before an answer came"));
  }
  for (CURL* easy : spare) curl_easy_cleanup(easy);
  spare.clear();
  curl_multi_cleanup(multi);
  multi = nullptr;
  for (auto& [socket, watch] : watches) watch->descriptor.release();
  watches.clear();
}

int CurlClient::Loop::on_timer(CURLM*, long ms, void* user) {
  auto& loop = *static_cast<Loop*>(user);
  loop.due = ms < 0 ? TimerClock::time_point::max() : TimerClock::now() + std::chrono::milliseconds(ms);
  if (ms == 0) {
    // Even now not from here: libcurl is not to be entered from its own callback.
    boost::asio::post(loop.executor, [self = loop.weak_from_this()] {
      if (const auto alive = self.lock()) alive->act_when_due();
    });
  } else if (loop.due < loop.armed_for) {
    loop.arm();
  }
  return 0;
}

/// libcurl moves its time several times with each call, mostly to later; the timer is set only where it would come too
/// late, for setting it is a call of the kernel.
void CurlClient::Loop::arm() {
  armed_for = due;
  timer.expires_at(due);
  timer.async_wait([self = weak_from_this()](const boost::system::error_code& fault) {
    const auto alive = self.lock();
    if (fault || !alive) return;
    alive->armed_for = TimerClock::time_point::max();
    alive->act_when_due();
  });
}

void CurlClient::Loop::act_when_due() {
  if (TimerClock::now() >= due) {
    due = TimerClock::time_point::max();
    act(CURL_SOCKET_TIMEOUT, 0);
  } else if (due < armed_for) {
    arm();
  }
}

int CurlClient::Loop::on_socket(CURL*, curl_socket_t socket, int what, void* user, void*) {
  auto& loop = *static_cast<Loop*>(user);
  if (what == CURL_POLL_REMOVE) {
    loop.forget(socket);
    return 0;
  }
  auto& watch = loop.watches[socket];
  if (!watch) {
    watch = std::make_shared<Watch>(loop.executor);
    watch->descriptor.assign(socket);
  }
  watch->wanted = what;
  loop.wait(socket, watch);
  return 0;
}

int CurlClient::Loop::on_close_socket(void* user, curl_socket_t socket) {
  static_cast<Loop*>(user)->forget(socket);
  return ::close(socket);
}

void CurlClient::Loop::forget(curl_socket_t socket) {
  const auto found = watches.find(socket);
  if (found == watches.end()) return;
  found->second->wanted = 0;
  found->second->descriptor.release();  // ends the waits; the socket itself is libcurl's
  watches.erase(found);
}

void CurlClient::Loop::wait(curl_socket_t socket, const std::shared_ptr<Watch>& watch) {
  const auto arm = [&](bool& out, int flag, auto direction, int event) {
    if (out || !(watch->wanted & flag)) return;
    out = true;
    watch->descriptor.async_wait(
        direction, [self = weak_from_this(), socket, watch, &out, event, flag](const boost::system::error_code& fault) {
          out = false;
          const auto alive = self.lock();
          if (fault || !alive) return;
          if (watch->wanted & flag) alive->act(socket, event);
          if (watch->wanted & flag) alive->wait(socket, watch);
        });
  };
  arm(watch->reading, CURL_POLL_IN, boost::asio::posix::stream_descriptor::wait_read, CURL_CSELECT_IN);
  arm(watch->writing, CURL_POLL_OUT, boost::asio::posix::stream_descriptor::wait_write, CURL_CSELECT_OUT);
}

void CurlClient::Loop::act(curl_socket_t socket, int what) {
  if (!multi) return;
  int running = 0;
  curl_multi_socket_action(multi, socket, what, &running);
  collect();
}

void CurlClient::Loop::collect() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto found = calls.find(easy);
    auto call = std::move(found->second);
    calls.erase(found);
    Result<ClientResponse> outcome = fail(ErrorKind::kAmbiguous, "");
    if (code == CURLE_OK) {
      long status = 0;
      long version = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
      call->response.status = static_cast<int>(status);
      call->response.http2 = version == CURL_HTTP_VERSION_2_0;
      if (call->request.asks_certificate) call->response.certificate = certificate_life(easy);
      outcome = std::move(call->response);
    } else {
      outcome = std::unexpected(error_of(*call, code, easy));
    }
    curl_multi_remove_handle(multi, easy);
    curl_easy_reset(easy);
    constexpr std::size_t kMaxSpare = 64;
    if (spare.size() < kMaxSpare)
      spare.push_back(easy);
    else
      curl_easy_cleanup(easy);
    call->done(std::move(outcome));
  }
}

CurlClient::CurlClient(IoPool& io, Options options) : options_(std::make_shared<const Options>(std::move(options))) {
  init_curl();
  for (std::size_t i = 0; i < io.size(); ++i) loops_.push_back(std::make_shared<Loop>(io.executor(i), options_));
}

CurlClient::~CurlClient() {
  close();
}

void CurlClient::close() {
  for (auto& loop : loops_) boost::asio::post(loop->executor, [loop] { loop->close(); });
}

Task<Result<ClientResponse>> CurlClient::send(ClientRequest request) {
  // The caller's own thread where it is an io thread: no hand-over, and its connections are warm.
  const auto here = co_await boost::asio::this_coro::executor;
  std::size_t index = 0;
  for (std::size_t i = 0; i < loops_.size(); ++i)
    if (loops_[i]->executor == here) index = i;
  auto call = std::make_unique<Call>(std::move(request));
  co_return co_await complete_with<Result<ClientResponse>>(
      [loop = loops_[index], call = std::move(call)](Completion<Result<ClientResponse>> done) mutable {
        call->done = std::move(done);
        auto executor = loop->executor;
        boost::asio::post(executor,
                          [loop = std::move(loop), call = std::move(call)]() mutable { loop->start(std::move(call)); });
      });
}

}  // namespace claw::net
