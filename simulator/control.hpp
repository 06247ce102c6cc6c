#pragma once

#include <functional>

#include "net/client.hpp"
#include "net/router.hpp"
#include "simulator/guarded.hpp"
#include "simulator/meta.hpp"
#include "simulator/movable_clock.hpp"

namespace claw::sim {

/// The control API under /_sim: what tests and the phone page do to the simulated world. README.md beside this file has
/// the shapes.
///
/// Errors are problem+json. A request that another site's page makes is refused (403): the API has no password, so a
/// foreign Origin must not get in.
class Control {
 public:
  /// All must outlive this object and the router's use.
  Control(Guarded<Meta>& meta, MovableClock& clock, net::HttpClient& client);

  void add_routes(net::Router& router);

 private:
  using Sync = net::HttpResponse (Control::*)(const net::HttpRequest&);
  void add(net::Router& router, const char* method, const char* pattern, Sync handler);

  net::HttpResponse list_phones(const net::HttpRequest& request);
  net::HttpResponse put_phone(const net::HttpRequest& request);
  net::HttpResponse thread(const net::HttpRequest& request);
  net::HttpResponse say(const net::HttpRequest& request);
  net::HttpResponse group(const net::HttpRequest& request);
  net::HttpResponse media(const net::HttpRequest& request);
  net::HttpResponse list_webhooks(const net::HttpRequest& request);
  net::HttpResponse send_webhook(const net::HttpRequest& request);
  net::HttpResponse list_numbers(const net::HttpRequest& request);
  net::HttpResponse get_number(const net::HttpRequest& request);
  net::HttpResponse post_number(const net::HttpRequest& request);
  net::HttpResponse put_number(const net::HttpRequest& request);
  net::HttpResponse get_clock(const net::HttpRequest& request);
  net::HttpResponse move_clock(const net::HttpRequest& request);
  net::HttpResponse log(const net::HttpRequest& request);
  net::HttpResponse answer_times(const net::HttpRequest& request);
  net::HttpResponse forget_answer_times(const net::HttpRequest& request);
  net::HttpResponse stats(const net::HttpRequest& request);
  net::HttpResponse events(const net::HttpRequest& request);
  Task<net::HttpResponse> verify(net::HttpRequest& request);

  Guarded<Meta>& meta_;
  MovableClock& clock_;
  net::HttpClient& client_;
};

}  // namespace claw::sim
