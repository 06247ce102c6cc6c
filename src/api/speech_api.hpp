#pragma once

#include "api/guard.hpp"
#include "net/router.hpp"
#include "speech/speech.hpp"
#include "tenancy/admin.hpp"

namespace claw {

/// How voice messages become text: GET, PUT /speech, and POST /speech/try with a recording as its body.
class SpeechApi {
 public:
  /// All must outlive this object, and this object the router. `commands`: the names of the operator's programs.
  SpeechApi(Admin& admin, Speech& speech, Guard& guard, std::vector<std::string> commands)
      : admin_(admin), speech_(speech), guard_(guard), commands_(std::move(commands)) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer show(net::HttpRequest& request, const Caller& caller);
  Answer set(net::HttpRequest& request, const Caller& caller);
  Answer try_it(net::HttpRequest& request, const Caller& caller);
  [[nodiscard]] net::HttpResponse shown(const Tenant& tenant) const;

  Admin& admin_;
  Speech& speech_;
  Guard& guard_;
  const std::vector<std::string> commands_;
};

}  // namespace claw
