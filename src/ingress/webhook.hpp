#pragma once

#include "base/metrics.hpp"
#include "inbox/inbox.hpp"
#include "ingress/inbound_rate.hpp"
#include "ingress/storage_watch.hpp"
#include "ledger/delivery_log.hpp"
#include "net/network_set.hpp"
#include "net/router.hpp"
#include "tenancy/connection_notes.hpp"

namespace claw {

/// A verification whose challenge begins so is our own doctor's: it is answered as Meta's are, and not noted as if Meta
/// had come.
inline constexpr std::string_view kDoctorChallenge = "clawcentral-doctor-";
/// A signed delivery of just these bytes is our own doctor's: it is answered 200 where a delivery would come in, and
/// not kept.
inline constexpr std::string_view kDoctorDelivery = R"({"object":"whatsapp_business_account","entry":[]})";

/// Where Meta talks to us: verifies, stores, answers 200. In this order: size (the server's limit), tenant, signature
/// over the raw bytes, and only then parsing. No decision about a message is taken here.
///
/// A tenant's address believes each app that one of its numbers uses; what an app says of a number that uses another is
/// kept as foreign. The platform's address believes the platform's app, and gives each item to the tenant that claims
/// its account and number, all in one append; what nobody claims is kept for tenant 0, up to
/// StorageWatch::kMaxUnclaimedBytes, and then counted only.
///
/// | what comes | answer |
/// |---|---|
/// | signed, whatever it holds | 200 once it would survive a power cut; 503 with Retry-After if it cannot be kept |
/// | signature missing, wrong, of another form | 401, empty |
/// | signed, more than the tenant may send now; for a tenant that has stored as much as it may | 503 with Retry-After |
/// | unknown tenant; disabled tenant or one without app secret | 404; 503 |
/// | the platform's address: items of a disabled tenant | 200: Meta has one queue for the app, and must not hold up all
/// others for days. They are kept, and shown as ignored |
/// | the platform's address: items of one tenant alone, which is over a limit | 503 with Retry-After |
/// | verification: right; wrong mode; wrong token | 200 and the challenge; 400; 403 |
class Webhook {
 public:
  struct Options {
    net::NetworkSet trusted_proxies;  ///< Whose X-Forwarded-Host is believed.
    /// Where the platform's app delivers, in lower case and without port; empty: every host that is no tenant's.
    std::string platform_host;
    /// Is told of each delivery, of what is not signed once in a while only; outlives this object. Null: nobody is.
    DeliveryLog* log = nullptr;
  };
  /// All must outlive this object.
  Webhook(Directory& directory, ConnectionNotes& notes, Inbox& inbox, const StorageWatch& storage, Clock& clock,
          Metrics& metrics, Options options);

  /// Adds `/webhooks/whatsapp` (tenant by host, or the platform's own) and `/t/{tenant}/webhooks/whatsapp`. This object
  /// must outlive the router.
  void add_routes(net::Router& router);

 private:
  [[nodiscard]] TenantRef tenant_of(const net::HttpRequest& request) const;
  [[nodiscard]] bool is_platforms(const net::HttpRequest& request) const;
  Task<net::HttpResponse> receive(net::HttpRequest& request);
  Task<net::HttpResponse> receive_of_platform(net::HttpRequest& request);
  /// What is kept of a body at the platform's address.
  struct PlatformItems {
    std::vector<InboundItem> items;
    bool whole = true;  ///< Nothing of the body was dropped.
  };
  [[nodiscard]] PlatformItems items_of_platform(std::string_view body, TimePoint now);
  /// Over a limit of the tenant's: the answer that says so.
  [[nodiscard]] std::optional<net::HttpResponse> over_limit(const Tenant& tenant, std::size_t items, TimePoint now);
  /// What the delivery log is told of a request, but for its end.
  [[nodiscard]] Exchange told_of(TenantId tenant, const net::HttpRequest& request, TimePoint now) const;
  /// Tells it, with that end. `began`: when the request was looked at.
  void tell(Exchange told, const net::HttpResponse& answer, std::string_view outcome,
            std::chrono::steady_clock::time_point began);
  /// The same of what nobody signed, once in a while and without its body: strangers can send what they like.
  void tell_unsigned(const Tenant& tenant, const net::HttpRequest& request, int status, std::string_view outcome);
  /// One for each tenant that has items in the body; the items of others are not in it, also not those that were
  /// dropped.
  [[nodiscard]] std::vector<Exchange> told_of_platform(const net::HttpRequest& request, const PlatformItems& kept,
                                                       TimePoint now) const;
  /// Appends, and answers 200 once it would survive a power cut.
  Task<net::HttpResponse> keep(std::vector<InboundItem> items, std::string whose);
  /// The answer to a signed request that may not come in now.
  [[nodiscard]] net::HttpResponse refuse(const Tenant& tenant, Counter& counter, std::chrono::seconds retry_after,
                                         std::string_view reason);
  Task<net::HttpResponse> verify(net::HttpRequest& request);
  /// True once in a while for each tenant: strangers can make us say it as often as they like.
  using Times = std::unordered_map<std::int64_t, TimePoint>;
  [[nodiscard]] bool is_first_in_a_while(Times& times, const Tenant& tenant);

  Directory& directory_;
  ConnectionNotes& notes_;
  Inbox& inbox_;
  const StorageWatch& storage_;
  Clock& clock_;
  Options options_;
  Counter& accepted_;
  Counter& items_;
  Counter& unsigned_;
  Counter& unknown_;
  Counter& not_ready_;
  Counter& not_durable_;
  Counter& too_fast_;
  Counter& full_;
  Counter& unclaimed_;
  Counter& unclaimed_dropped_;
  Histogram& durable_time_;
  InboundRate rate_;
  std::mutex warned_mutex_;
  Times warned_;  // guarded by warned_mutex_: tenant -> last line of a refusal
  Times told_;    // guarded by warned_mutex_: tenant -> when the delivery log was last told of one nobody signed
};

}  // namespace claw
