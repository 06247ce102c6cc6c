#pragma once
// Private to this folder: the way of a call that asks Meta for something and reads its answer.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "graph/account.hpp"
#include "graph/graph_client.hpp"

namespace claw {

/// Makes calls of the Graph API, each bounded by the same patience, counts how they end, and has their answers read.
/// For what people ask for; messages go by GraphClient, files by GraphMediaClient.
class GraphCalls {
 public:
  /// `http` and `metrics` must outlive this object. `options.total_timeout` counts where it is less than `patience`.
  GraphCalls(net::HttpClient& http, Metrics& metrics, GraphClient::Options options, std::chrono::milliseconds patience);

  struct Call {
    std::string method;
    std::string number;            ///< Whose credentials are used.
    std::string object;            ///< An id of Meta's, kAboutToken, or with `is_upload` a session of an upload.
    std::string_view unseen = {};  ///< Said where Meta shows nothing of what was asked for.
    std::string edge = {};         ///< "/phone_numbers"
    std::string query = {};        ///< "fields=id&limit=5"; wiped, for a token may stand in it.
    std::string body = {};
    std::string content_type = "application/json";
    bool is_upload = false;  ///< The bytes of a file, to a session.
    bool as_app = false;     ///< As the app `object` itself, with its id and its secret, not with the access token.
  };
  static constexpr std::string_view kAboutToken = "debug_token";

  /// What reads an answer.
  template <class T>
  using Parse = std::expected<T, whatsapp::GraphError> (*)(int http_status, std::string_view body);

  /// One call, and what `parse` makes of its answer. Fails as GraphAccount's calls do; kNotSent also where `object` is
  /// none: nothing leaves then.
  template <class T>
  [[nodiscard]] Task<GraphRead<T>> make(TenantRef tenant, Call call, Parse<T> parse) {
    const std::string_view unseen = call.unseen;
    const auto answer = co_await send(std::move(tenant), std::move(call));
    if (!answer) co_return std::unexpected(answer.error());
    auto parsed = parse(answer->status, answer->body);
    (parsed ? ok_ : refused_).add();
    if (!parsed) co_return std::unexpected(refusal(std::move(parsed.error()), *answer, unseen));
    if constexpr (std::is_void_v<T>)
      co_return GraphRead<T>();
    else
      co_return GraphRead<T>(std::move(*parsed));
  }

  [[nodiscard]] const GraphClient::Options& options() const { return options_; }

 private:
  Task<GraphRead<net::ClientResponse>> send(TenantRef tenant, Call call);
  static GraphFailure refusal(whatsapp::GraphError error, const net::ClientResponse& answer, std::string_view unseen);

  net::HttpClient& http_;
  GraphClient::Options options_;
  Counter& ok_;
  Counter& refused_;
  Counter& not_sent_;
  Counter& ambiguous_;
};

}  // namespace claw
