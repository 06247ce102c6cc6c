#pragma once
// Private to this folder: what a gateway is made of. A file for each noun makes its parts: gateway_media.cpp, ….

#include <memory>
#include <string>
#include <vector>

#include "api/api_commands.hpp"
#include "app/gateway.hpp"
#include "app/tenants.hpp"
#include "graph/graph_client.hpp"
#include "net/network_set.hpp"
#include "net/router.hpp"
#include "ops/health.hpp"

namespace claw::net {
class CurlClient;
class Server;
}  // namespace claw::net

namespace claw::sqlite {
class SqliteDeliveryLog;
class SqliteEventStore;
class SqliteIdentityStore;
class SqliteMediaStore;
class SqliteNumberFigures;
class SqliteTemplateStore;
class SqliteTenantQueues;
class SqliteUnclaimedItems;
}  // namespace claw::sqlite

namespace claw {

class AccessApi;
class Account;
class AgentKinds;
class ApiTokens;
class BlobStore;
class CommandScanner;
class ConnectionNotes;
class Conversations;
class DeliveryApi;
class DeliveryLogApi;
class Desk;
class DeskApi;
class Doctor;
class DoctorApi;
class EmbeddedInbox;
class EventDelivery;
class EventSinksApi;
class FileLibrary;
class FilePreparation;
class GraphAccountClient;
class GraphApi;
class GraphHealthClient;
class GraphMediaClient;
class GraphTemplateClient;
class Guard;
class Guide;
class GuideApi;
class Housekeeping;
class IdentityApi;
class Intake;
class LibraryFiles;
class LiveFeed;
class MediaApi;
class MembersApi;
class OpenIdProvider;
class OidcApi;
class Outbox;
class OverviewApi;
class PassThrough;
class PublicIds;
class Resender;
class Responder;
class RestApi;
class SettingsApi;
class SignInApi;
class Sinks;
class Speaker;
class Speech;
class SpeechApi;
class SpeechKinds;
class StandingPermit;
class StorageWatch;
class TemplateGate;
class TemplateLibrary;
class TenantMetrics;
class TenantQueueWatch;
class TemplatesApi;
class UnclaimedDelivery;
class WatchedLedger;
class Webhook;
class WorkerPool;

/// The members in the order in which they need each other: those above outlive those below.
struct Gateway::Parts {
  Parts(const Config& settings, Overrides with);
  ~Parts();

  const Config config;
  const Overrides overrides;
  Tenants tenants;
  Clock& clock;
  sqlite::SqliteLedger* ledger = nullptr;  ///< The tenants'.
  Access* access = nullptr;                ///< The tenants'.
  std::unique_ptr<LiveFeed> feed;
  std::unique_ptr<sqlite::SqliteEventStore> event_store;
  std::unique_ptr<EventDelivery> events;
  std::unique_ptr<Sinks> sinks;
  std::unique_ptr<EventSinksApi> event_sinks_api;
  std::unique_ptr<WatchedLedger> watched;  ///< The ledger for whoever changes messages: feed and events hear of it.
  std::unique_ptr<EmbeddedInbox> inbox;
  std::unique_ptr<ConnectionNotes> notes;
  std::unique_ptr<net::CurlClient> http;
  std::unique_ptr<sqlite::Store> log_store;  ///< Null where there is no delivery log; so is the log.
  std::unique_ptr<sqlite::SqliteDeliveryLog> delivery_log;
  std::unique_ptr<DeliveryLogApi> delivery_log_api;
  std::unique_ptr<SpeechKinds> speech_kinds;
  std::unique_ptr<Speech> speech;
  std::unique_ptr<Speaker> speaker;
  std::unique_ptr<GraphClient> graph;
  std::unique_ptr<GraphAccountClient> graph_account;
  std::unique_ptr<WorkerPool> media_workers;
  std::unique_ptr<sqlite::SqliteMediaStore> media_store;
  std::unique_ptr<BlobStore> blobs;
  std::unique_ptr<GraphMediaClient> graph_media;
  std::unique_ptr<CommandScanner> scanner;  ///< Null where none is set.
  std::unique_ptr<FileLibrary> library;
  std::unique_ptr<LibraryFiles> outgoing_files;
  std::unique_ptr<sqlite::SqliteTemplateStore> template_store;
  std::unique_ptr<GraphTemplateClient> graph_templates;
  std::unique_ptr<TemplateLibrary> templates;
  std::unique_ptr<TemplateGate> template_gate;
  std::unique_ptr<FilePreparation> preparation;
  std::unique_ptr<AgentKinds> agents;
  std::unique_ptr<TenantMetrics> by_tenant;
  std::unique_ptr<StandingPermit> permit;
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<Resender> resender;
  std::unique_ptr<Responder> responder;
  std::unique_ptr<Conversations> conversations;
  std::unique_ptr<Desk> desk;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<Housekeeping> housekeeping;
  std::unique_ptr<StorageWatch> storage;
  std::unique_ptr<sqlite::SqliteTenantQueues> queues;
  std::unique_ptr<TenantQueueWatch> queue_watch;
  std::unique_ptr<Webhook> webhook;
  std::unique_ptr<ApiTokens> tokens;
  ApiCommands api_commands;
  std::unique_ptr<Guard> guard;
  std::unique_ptr<RestApi> rest;
  std::unique_ptr<DeskApi> desk_api;
  std::unique_ptr<SpeechApi> speech_api;
  std::unique_ptr<DeliveryApi> delivery_api;
  std::unique_ptr<MediaApi> media_api;
  std::unique_ptr<TemplatesApi> templates_api;
  std::unique_ptr<PassThrough> pass_through;
  std::unique_ptr<GraphApi> graph_api;
  std::unique_ptr<sqlite::SqliteIdentityStore> identities;
  std::unique_ptr<IdentityApi> identity_api;
  std::unique_ptr<AccessApi> access_api;
  std::unique_ptr<sqlite::SqliteNumberFigures> figures;
  std::unique_ptr<Guide> guide;
  std::unique_ptr<GuideApi> guide_api;
  std::unique_ptr<net::CurlClient> outside;  ///< To the operator's own public address, wherever it leads.
  std::unique_ptr<GraphHealthClient> graph_health;
  std::unique_ptr<Speech> doctor_speech;
  std::unique_ptr<Doctor> doctor;
  std::unique_ptr<DoctorApi> doctor_api;
  std::unique_ptr<OverviewApi> overview;
  std::unique_ptr<sqlite::SqliteUnclaimedItems> unclaimed;
  std::unique_ptr<UnclaimedDelivery> unclaimed_delivery;
  std::unique_ptr<SettingsApi> settings;
  std::unique_ptr<Account> account;
  std::unique_ptr<SignInApi> sign_in_api;
  std::unique_ptr<MembersApi> members_api;
  std::unique_ptr<OpenIdProvider> provider;  ///< Null where none is set.
  std::unique_ptr<OidcApi> oidc_api;
  net::Router public_router, operator_router, admin_router;
  std::unique_ptr<net::Server> public_server, operator_server, admin_server;
  bool stopped = false;

  /// Each of them makes what its name says, out of what those before it have made.
  Result<void> open_ledger();
  Result<void> make_pipeline();
  Result<void> make_http();
  void open_delivery_log();
  void make_events(const PublicIds& ids);
  Result<void> make_speech();
  Result<void> make_media(const PublicIds& ids);
  void make_templates();
  void make_outbox();
  void make_conversations();
  void make_intake();
  void make_housekeeping();
  void make_webhook(const net::NetworkSet& proxies);
  void make_apis(const PublicIds& ids, net::NetworkSet proxies);
  void make_guide();
  Result<void> make_doctor();
  Result<void> make_people_api(const PublicIds& ids);
  void add_gauges();
  void add_public_routes();
  Result<void> listen();

  /// How to call the Graph API, with the delivery log that is told of it.
  [[nodiscard]] GraphClient::Options graph_options() const;
  /// The names of the programs that a tenant may choose to hear with.
  [[nodiscard]] std::vector<std::string> speech_command_names() const;
  /// One command of the command line's.
  Task<Result<std::string>> run(std::string command, std::string arguments, std::string who);
  /// Why a store takes no writes; empty: it does.
  [[nodiscard]] static std::string write_fault(sqlite::Store& store);
  [[nodiscard]] std::vector<Check> checks();
  void stop();
};

}  // namespace claw
