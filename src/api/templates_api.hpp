#pragma once

#include <boost/json/fwd.hpp>

#include "api/guard.hpp"
#include "ledger/audit.hpp"
#include "media/media_library.hpp"
#include "net/router.hpp"
#include "templates/template_library.hpp"

namespace claw {

/// Message templates: the list and one of them, GET /templates; Meta asked anew, POST /templates/sync; one with values
/// in it, POST /templates/{id}/preview; made and deleted, POST and DELETE. docs/openapi.yaml describes them.
class TemplatesApi {
 public:
  /// All must outlive this object, and this object the router.
  TemplatesApi(TemplateLibrary& library, TemplateStore& store, MediaLibrary& files, AuditLog& audit, Guard& guard,
               Clock& clock)
      : library_(library), store_(store), files_(files), audit_(audit), guard_(guard), clock_(clock) {}

  void add_routes(net::Router& router);

 private:
  using Answer = Task<net::HttpResponse>;
  Answer list(net::HttpRequest& request, const Caller& caller);
  Answer show(net::HttpRequest& request, const Caller& caller);
  Answer sync(net::HttpRequest& request, const Caller& caller);
  Answer preview(net::HttpRequest& request, const Caller& caller);
  Answer create(net::HttpRequest& request, const Caller& caller);
  Answer remove(net::HttpRequest& request, const Caller& caller);
  /// Puts Meta's handle in the place of each file of ours that stands as an example in `components`.
  [[nodiscard]] Task<Result<void>> bring_samples(const Caller& caller, std::string waba_id,
                                                 boost::json::value& components);
  /// What was done at Meta is written into the log of changes.
  [[nodiscard]] Task<Result<void>> note(const Caller& caller, const char* action, const TemplateRow& row,
                                        std::string_view did);

  TemplateLibrary& library_;
  TemplateStore& store_;
  MediaLibrary& files_;
  AuditLog& audit_;
  Guard& guard_;
  Clock& clock_;
};

}  // namespace claw
