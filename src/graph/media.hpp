#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "net/client.hpp"
#include "tenancy/tenant.hpp"

namespace claw {

/// What Meta says of a file that it keeps.
struct MetaMedia {
  std::string url;  ///< Lives for 5 minutes.
  std::string mime_type;
  std::string sha256;     ///< In hex.
  std::int64_t size = 0;  ///< 0: not said.
};

/// Files at Meta: one call in, its outcome out, by a number's token. Knows no store.
///
/// Fails, in words for the tenant's admin, with
/// - kNotFound: Meta has no such file (any more); of a download: its URL is over;
/// - kInvalid: Meta refuses the file or the call for good, or leads to a host that gets no token;
/// - kTransient: not now: no connection, no whole answer, a token that must be changed first;
/// - whatever a sink or source failed with.
/// Safe to call from any coroutine.
class GraphMedia {
 public:
  virtual ~GraphMedia() = default;

  /// GET /{media id}.
  [[nodiscard]] virtual Task<Result<MetaMedia>> facts(TenantRef tenant, std::string phone_number_id,
                                                      std::string media_id) = 0;
  /// The bytes behind a URL of facts(), to `sink`. The token goes to Meta's hosts only, which is asked of each redirect
  /// anew. What fails may have written a part.
  [[nodiscard]] virtual Task<Result<void>> download(TenantRef tenant, std::string phone_number_id, std::string url,
                                                    std::shared_ptr<net::BodySink> sink) = 0;

  struct Upload {
    std::string mime_type;
    std::string filename;  ///< Not empty: Meta goes by it.
    std::shared_ptr<net::BodySource> bytes;
  };
  /// POST /{phone number id}/media; Meta's id of the file, which lives for 30 days.
  [[nodiscard]] virtual Task<Result<std::string>> upload(TenantRef tenant, std::string phone_number_id,
                                                         Upload file) = 0;
  /// DELETE /{media id}.
  [[nodiscard]] virtual Task<Result<void>> remove(TenantRef tenant, std::string phone_number_id,
                                                  std::string media_id) = 0;
};

}  // namespace claw
