#include "app/gateway.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "agent/agent_kinds.hpp"
#include "api/access_api.hpp"
#include "api/admin_api.hpp"
#include "api/admin_page.hpp"
#include "api/delivery_api.hpp"
#include "api/delivery_log_api.hpp"
#include "api/desk_api.hpp"
#include "api/doctor_api.hpp"
#include "api/event_sinks_api.hpp"
#include "api/graph_api.hpp"
#include "api/guard.hpp"
#include "api/guide_api.hpp"
#include "api/identity_api.hpp"
#include "api/media_api.hpp"
#include "api/members_api.hpp"
#include "api/oidc_api.hpp"
#include "api/overview_api.hpp"
#include "api/rest_api.hpp"
#include "api/settings_api.hpp"
#include "api/sign_in_api.hpp"
#include "api/speech_api.hpp"
#include "api/templates_api.hpp"
#include "app/data_folder.hpp"
#include "base/log.hpp"
#include "conversation/access_commands.hpp"
#include "conversation/conversations.hpp"
#include "conversation/file_preparation.hpp"
#include "conversation/intake.hpp"
#include "delivery/library_files.hpp"
#include "delivery/outbox.hpp"
#include "delivery/resender.hpp"
#include "delivery/template_gate.hpp"
#include "events/event_delivery.hpp"
#include "events/sinks.hpp"
#include "graph/account_client.hpp"
#include "graph/graph_client.hpp"
#include "graph/health_client.hpp"
#include "graph/media_client.hpp"
#include "graph/template_client.hpp"
#include "inbox/embedded_inbox.hpp"
#include "ingress/webhook.hpp"
#include "ledger/housekeeping.hpp"
#include "ledger/sqlite/audit.hpp"
#include "ledger/sqlite/number_figures.hpp"
#include "ledger/sqlite/sqlite_access_store.hpp"
#include "ledger/sqlite/sqlite_delivery_log.hpp"
#include "ledger/sqlite/sqlite_event_store.hpp"
#include "ledger/sqlite/sqlite_identity_store.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "ledger/sqlite/sqlite_media_store.hpp"
#include "ledger/sqlite/sqlite_people_store.hpp"
#include "ledger/sqlite/sqlite_template_store.hpp"
#include "ledger/sqlite/sqlite_tenant_store.hpp"
#include "ledger/sqlite/unclaimed.hpp"
#include "ledger/watched_ledger.hpp"
#include "media/folder_store.hpp"
#include "media/s3_store.hpp"
#include "net/curl_client.hpp"
#include "net/server.hpp"
#include "ops/health.hpp"
#include "speech/speaker.hpp"
#include "speech/speech_kinds.hpp"
#include "tenancy/commands.hpp"
#include "tenancy/people_admin.hpp"

namespace claw {
namespace {

/// A stop in order takes this long at most, in all: an orchestrator kills after 10 s.
constexpr std::chrono::milliseconds kAnswerPatience{2'500};
constexpr std::chrono::milliseconds kTurnPatience{2'500};
constexpr std::chrono::milliseconds kSendPatience{2'500};
constexpr std::chrono::milliseconds kEventPatience{500};  ///< They come again after the start.

template <class T>
T wait(const IoPool& io, Task<T> task) {
  return boost::asio::co_spawn(io.executor(0), std::move(task), boost::asio::use_future).get();
}

Result<Vault> open_vault(const Config& config) {
  if (!config.master_key.empty()) return Vault::from_hex_key(SecretString(std::string(config.master_key)));
  // A new key beside an old ledger would open nothing, and hide that the key was lost.
  const bool first_start = !std::filesystem::exists(config.database_path());
  auto vault = Vault::from_file(config.key_path(), first_start);
  if (!vault && !first_start && !std::filesystem::exists(config.key_path()))
    return fail(ErrorKind::kFatal,
                fmt::format("{}; the ledger {} was made with it: put the key back (security.master_key_file)",
                            vault.error().message, config.database_path()));
  return vault;
}

SessionLife session_life(const Config& config) {
  return {std::chrono::days(config.sign_in_session_days), std::chrono::hours(config.sign_in_idle_hours)};
}

/// A secret of a setting: out of its file where one is named.
Result<SecretString> secret_of(const char* setting, const std::string& path, const std::string& value) {
  if (path.empty()) return SecretString(std::string(value));
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) return fail(ErrorKind::kFatal, fmt::format("{} cannot be read: {}", setting, path));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return SecretString(std::move(text));
}

/// What both a gateway and the command line on its own need to work with tenants and people.
struct Tenants {
  explicit Tenants(std::size_t threads) : io(threads) {}
  Metrics metrics;
  std::optional<DataFolderLock> lock;
  IoPool io;
  SystemClock system_clock;
  std::optional<Vault> vault;
  std::unique_ptr<sqlite::Store> inbox_store;  // closed after the ledger's, whose readers look into its file
  std::unique_ptr<sqlite::Store> store;
  std::unique_ptr<sqlite::SqliteTenantStore> tenant_store;
  std::unique_ptr<Directory> directory;
  std::unique_ptr<sqlite::SqliteAuditLog> audit;
  std::unique_ptr<Admin> admin;
  std::unique_ptr<Commands> commands;
  std::unique_ptr<sqlite::SqlitePeopleStore> people_store;
  std::unique_ptr<People> people;
  std::unique_ptr<Passwords> passwords;
  std::unique_ptr<SecondFactor> second_factor;
  std::unique_ptr<Attempts> attempts;
  std::unique_ptr<SignIn> sign_in;
  std::unique_ptr<PeopleAdmin> people_admin;
  std::unique_ptr<sqlite::SqliteLedger> ledger;
  std::unique_ptr<sqlite::SqliteAccessStore> access_store;
  std::unique_ptr<Access> access;
  std::unique_ptr<AccessCommands> access_commands;

  Result<void> open(const Config& config, Clock& clock, const Gateway::Overrides& overrides) {
    auto locked = DataFolderLock::take(config.data_dir, config.lock_path());
    if (!locked) return std::unexpected(locked.error());
    lock.emplace(std::move(*locked));
    auto opened = open_vault(config);
    if (!opened) return std::unexpected(opened.error());
    vault.emplace(std::move(*opened));
    if (const auto done = open_stores(config, clock, overrides); !done) return done;
    tenant_store = std::make_unique<sqlite::SqliteTenantStore>(*store);
    directory = std::make_unique<Directory>(*tenant_store, *vault, config.base_domain);
    audit = std::make_unique<sqlite::SqliteAuditLog>(*store);
    admin = std::make_unique<Admin>(*tenant_store, *directory, *vault, clock);
    commands = std::make_unique<Commands>(*admin, *directory, *audit, config.outside_url());
    people_store = std::make_unique<sqlite::SqlitePeopleStore>(*store);
    people = std::make_unique<People>(*people_store, clock, session_life(config));
    passwords = std::make_unique<Passwords>(overrides.password_cost);
    second_factor = std::make_unique<SecondFactor>(*people_store, *people, *vault, clock);
    attempts = std::make_unique<Attempts>(clock);
    sign_in = std::make_unique<SignIn>(*people_store, *people, *passwords, *second_factor, *attempts, clock);
    people_admin = std::make_unique<PeopleAdmin>(*people_store, *people, *directory, *passwords, *second_factor,
                                                 *sign_in, clock, config.outside_url());
    auto opened_ledger = wait(io, sqlite::SqliteLedger::open(*store, clock));
    if (!opened_ledger) return std::unexpected(opened_ledger.error());
    ledger = std::move(*opened_ledger);
    access_store = std::make_unique<sqlite::SqliteAccessStore>(*store);
    access = std::make_unique<Access>(*access_store, clock);
    access_commands = std::make_unique<AccessCommands>(*access, *ledger, *directory, clock);
    if (const auto read = wait(io, directory->reload()); !read) return read;
    return wait(io, people->reload());
  }

  /// One command of the command line's.
  Task<Result<std::string>> run(std::string command, std::string arguments, std::string who) {
    if (PeopleAdmin::is_mine(command))
      return people_admin->run(std::move(command), std::move(arguments), std::move(who));
    if (AccessCommands::is_mine(command))
      return access_commands->run(std::move(command), std::move(arguments), std::move(who));
    return commands->run(std::move(command), std::move(arguments), std::move(who));
  }

 private:
  Result<void> open_stores(const Config& config, const Clock& clock, const Gateway::Overrides& overrides) {
    sqlite::Store::Options options;
    options.database.vfs = overrides.sqlite_vfs;
    options.database.clock = &clock;
    options.database.synchronous_full = overrides.synchronous_full;
    options.database.cache_mib = static_cast<int>(config.ledger_cache_mib);
    options.database.checkpoint_pages = static_cast<int>(config.ledger_checkpoint_pages);
    options.metrics = &metrics;
    sqlite::Store::Options of_inbox = EmbeddedInbox::store_options(options, config.inbox_path());
    options.database.path = config.database_path();
    options.readers_see = config.inbox_path();
    for (auto& [opened, how] : {std::pair{&inbox_store, &of_inbox}, std::pair{&store, &options}}) {
      auto result = sqlite::Store::open(*how);
      if (!result)
        return fail(result.error().kind,
                    fmt::format("{} {}: {}", how->name, how->database.path, result.error().message));
      *opened = std::move(*result);
    }
    return {};
  }
};

/// Writes something to see whether the disk takes it again.
class DiskProbe final : public sqlite::Store::Job {
 public:
  bool run(sqlite::Database& db) override {
    db.run("UPDATE marks SET value = value");
    return true;
  }
  void finish(const Result<void>&) override {}  // the store's health is the answer
};

/// What came to the platform's address and nobody has claimed goes after this.
constexpr std::chrono::days kUnclaimedKept{30};

std::vector<Retention> retention(const Directory& directory) {
  std::vector<Retention> found{{TenantId{}, kUnclaimedKept}};
  for (const auto& tenant : directory.all())
    if (tenant->limits.retention_days > 0)
      found.push_back(
          {tenant->id, std::chrono::days(std::min(tenant->limits.retention_days, Admin::kMaxRetentionDays))});
  return found;
}

/// How long tenants keep files.
std::vector<Retention> media_retention(const Directory& directory) {
  std::vector<Retention> found;
  for (const auto& tenant : directory.all()) {
    const auto& limits = tenant->limits;
    const auto days = limits.media_days > 0 ? limits.media_days : limits.retention_days;
    if (days > 0) found.push_back({tenant->id, std::chrono::days(std::min(days, Admin::kMaxRetentionDays))});
  }
  return found;
}

/// How long tenants' entries of the delivery log are kept: as they set it, and no longer than their messages. Of tenant
/// 0 is what nobody has claimed.
std::vector<Retention> log_retention(const Directory& directory) {
  std::vector<Retention> found{{TenantId{}, DeliveryLog::kKept}};
  for (const auto& tenant : directory.all()) {
    std::chrono::days keep(tenant->delivery.log_days);
    if (tenant->limits.retention_days > 0) keep = std::min(keep, std::chrono::days(tenant->limits.retention_days));
    found.push_back({tenant->id, keep});
  }
  return found;
}

/// Steps of this size, so that what is noted meanwhile is not dropped.
constexpr std::size_t kLogStep = 500;

Task<> expire_log(DeliveryLog& log, std::vector<Retention> retention, Clock& clock) {
  for (const auto& [tenant, keep] : retention) {
    std::size_t step = kLogStep;
    while (step == kLogStep) {
      const auto gone = co_await log.expire(tenant, clock.now() - keep, kLogStep);
      if (!gone) {
        log::warn("delivery_log.expire_failed reason=\"{}\"", gone.error().message);
        co_return;
      }
      step = *gone;
    }
  }
}

/// For what blocks of files: reading, sealing, syncing.
constexpr std::size_t kMediaThreads = 4;
constexpr std::size_t kMediaQueue = 4'096;

/// The address as it was bound, for an operator who asked for any free port.
std::string with_port(const std::string& address, std::uint16_t port) {
  return port == 0 ? address : fmt::format("{}:{}", address.substr(0, address.rfind(':')), port);
}

/// "name=program word word", as the configuration has them.
std::map<std::string, SpeechCommand> speech_commands(const Config& config) {
  std::map<std::string, SpeechCommand> commands;
  for (const auto& line : config.speech_commands) {
    const auto equals = line.find('=');
    std::istringstream words(line.substr(equals + 1));
    commands[line.substr(0, equals)] = {std::istream_iterator<std::string>(words), {}};
  }
  return commands;
}

std::vector<std::string> names_of(const std::map<std::string, SpeechCommand>& commands) {
  std::vector<std::string> names;
  for (const auto& [name, words] : commands) names.push_back(name);
  return names;
}

/// On the disk of the folder; -1: unknown.
std::int64_t free_bytes(const std::string& folder) {
  std::error_code fault;
  const auto space = std::filesystem::space(folder, fault);
  return fault ? -1 : static_cast<std::int64_t>(space.available);
}

std::size_t thread_count(const Config& config) {
  if (config.threads > 0) return static_cast<std::size_t>(config.threads);
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

struct Gateway::Parts {
  Parts(const Config& settings, Overrides with)
      : config(settings),
        overrides(std::move(with)),
        tenants(thread_count(config)),
        clock(overrides.clock ? *overrides.clock : static_cast<Clock&>(tenants.system_clock)) {}

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
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<Resender> resender;
  std::unique_ptr<Responder> responder;
  std::unique_ptr<Conversations> conversations;
  std::unique_ptr<Desk> desk;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<Housekeeping> housekeeping;
  std::unique_ptr<StorageWatch> storage;
  std::unique_ptr<Webhook> webhook;
  std::unique_ptr<ApiTokens> tokens;
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

  Result<void> open_ledger();
  Result<void> make_pipeline();
  void open_delivery_log();
  [[nodiscard]] GraphClient::Options graph_options() const {
    GraphClient::Options options{config.graph_base_url, config.graph_version};
    options.log = delivery_log.get();
    options.clock = &clock;
    return options;
  }
  Result<void> make_speech();
  void make_events(const PublicIds& ids);
  Result<void> make_media(const PublicIds& ids);
  void make_templates();
  void make_guide();
  Result<void> make_doctor();
  /// One command of the command line's.
  Task<Result<std::string>> run(std::string command, std::string arguments, std::string who);
  Result<void> make_people_api(const PublicIds& ids);
  Result<void> listen();
  /// Why a store takes no writes; empty: it does.
  [[nodiscard]] static std::string write_fault(sqlite::Store& store);
  [[nodiscard]] std::vector<Check> checks();
  void stop();
};

Result<void> Gateway::Parts::open_ledger() {
  if (const auto opened = tenants.open(config, clock, overrides); !opened) return opened;
  ledger = tenants.ledger.get();
  access = tenants.access.get();
  const auto unknown = wait(tenants.io, ledger->recover(ledger->fence()));
  if (!unknown) return std::unexpected(unknown.error());
  if (*unknown > 0) log::warn("gateway.sends_in_flight_at_the_end count={} now=unknown", *unknown);
  auto read = wait(tenants.io, EmbeddedInbox::open(*tenants.inbox_store));
  if (!read) return std::unexpected(read.error());
  inbox = std::move(*read);
  return {};
}

Result<void> Gateway::Parts::make_pipeline() {
  IoPool& io = tenants.io;
  Metrics& metrics = tenants.metrics;
  Directory& directory = *tenants.directory;
  auto private_networks = net::NetworkSet::make(config.net_allow_private);
  auto proxies = net::NetworkSet::make(config.trusted_proxies);
  if (!private_networks) return std::unexpected(private_networks.error());
  if (!proxies) return std::unexpected(proxies.error());
  net::CurlClient::Options outgoing;
  outgoing.addresses = net::AddressPolicy(std::move(*private_networks));
  outgoing.ca_file = config.graph_ca_file;
  http = std::make_unique<net::CurlClient>(io, std::move(outgoing));
  open_delivery_log();
  graph = std::make_unique<GraphClient>(*http, metrics, graph_options());
  graph_account = std::make_unique<GraphAccountClient>(*http, metrics, graph_options());
  const PublicIds ids(tenants.vault->derive("public ids"));
  feed = std::make_unique<LiveFeed>(io, *ledger, ids, clock);
  make_events(ids);
  watched = std::make_unique<WatchedLedger>(*ledger, [this](MessageId touched) {
    feed->wrote(touched);
    events->wrote();
  });
  if (const auto made = make_speech(); !made) return made;
  if (const auto made = make_media(ids); !made) return made;
  make_templates();
  agents = std::make_unique<AgentKinds>(*http, *ledger, clock, library.get());
  SendLimits limits;
  limits.pair_interval = std::chrono::milliseconds(config.graph_pair_interval_ms);
  // What the operator sets holds, whatever Meta says.
  const bool as_meta_says = config.graph_messages_per_second == 0;
  if (!as_meta_says) limits.messages_per_second = static_cast<double>(config.graph_messages_per_second);
  outbox = std::make_unique<Outbox>(io, *watched, directory, *graph, clock, metrics, limits, template_gate.get(),
                                    as_meta_says ? graph_account.get() : nullptr);
  resender = std::make_unique<Resender>(io, *watched, directory, *outbox, clock);
  responder = std::make_unique<Responder>(*watched, *access, *agents, clock, preparation.get());
  conversations = std::make_unique<Conversations>(io, *watched, directory, *responder, *graph, *outbox, clock, metrics);
  desk = std::make_unique<Desk>(io, *watched, directory, *access, *responder, *conversations, *outbox, clock);
  desk->set_template_judge(*templates);
  desk->set_listener(
      [this](TenantId tenant, ConversationId conversation) { feed->tell_conversation(tenant, conversation); });
  access->set_listener([this](Access::Changed changed) {
    feed->tell_tenant(changed.tenant, "access");
    desk->let_in(std::move(changed));
  });
  intake = std::make_unique<Intake>(io, *inbox, *watched, directory, *conversations, clock, metrics);
  intake->set_released([this](std::vector<OutboundMessage> messages) { outbox->reopen(std::move(messages)); });
  notes = std::make_unique<ConnectionNotes>(io, *tenants.tenant_store, directory, clock);
  notes->set_listener([this](TenantId tenant) { feed->tell_tenant(tenant, "guide"); });
  intake->set_listener([this](const Tenant& tenant, const std::string& number, const std::string& waba) {
    notes->webhook(tenant, number, waba);
  });
  intake->set_news_listener([this, &directory](const Intake::AccountNews& news) {
    if (auto of_template = whatsapp::read_template_news(news.field, news.value))
      templates->heard(news.tenant, news.waba_id, std::move(*of_template), news.told_at);
    if (!whatsapp::is_about_throughput(news.field)) return;
    if (const auto tenant = directory.by_id(news.tenant)) outbox->ask_rates(*tenant);
  });
  housekeeping = std::make_unique<Housekeeping>(
      io, *inbox, *ledger, clock, [&directory] { return retention(directory); },
      [this, &directory]() -> Task<> {
        co_await library->sweep(media_retention(directory));
        co_await events->sweep();
        if (delivery_log) co_await expire_log(*delivery_log, log_retention(directory), clock);
      });
  storage = std::make_unique<StorageWatch>(io, *ledger, directory, clock);
  webhook = std::make_unique<Webhook>(directory, *notes, *inbox, *storage, clock, metrics,
                                      Webhook::Options{*proxies, config.platform_host(), delivery_log.get()});
  tenants.admin->set_listener([this](TenantId tenant, std::string_view what) { feed->tell_tenant(tenant, what); });
  tokens = std::make_unique<ApiTokens>(io, directory, *tenants.tenant_store, clock);
  guard = std::make_unique<Guard>(directory, *tokens, *tenants.people, std::move(*proxies));
  event_sinks_api = std::make_unique<EventSinksApi>(*sinks, *event_store, *events, *guard, ids);
  rest = std::make_unique<RestApi>(*ledger, *guard, *feed, clock, ids);
  access_api = std::make_unique<AccessApi>(*access, *ledger, *guard, clock, ids);
  delivery_log_api = std::make_unique<DeliveryLogApi>(delivery_log.get(), *ledger, *guard, ids);
  desk_api = std::make_unique<DeskApi>(*desk, *ledger, *guard, clock, ids);
  media_api = std::make_unique<MediaApi>(*library, *guard, clock, FileLinks(tenants.vault->derive("file links"), ids));
  templates_api = std::make_unique<TemplatesApi>(*templates, *template_store, *library, *tenants.audit, *guard, clock);
  pass_through = std::make_unique<PassThrough>(*http, graph_options());
  graph_api =
      std::make_unique<GraphApi>(GraphApi::Parts{*desk, *ledger, *graph, *pass_through, *library, *guard, clock},
                                 FileLinks(tenants.vault->derive("file links"), ids), ids, config.outside_url());
  delivery_api = std::make_unique<DeliveryApi>(*tenants.admin, *desk, *watched, *guard, clock, ids);
  speech_api = std::make_unique<SpeechApi>(*tenants.admin, *speech, *guard, names_of(speech_commands(config)));
  identities = std::make_unique<sqlite::SqliteIdentityStore>(*tenants.store, clock);
  identity_api =
      std::make_unique<IdentityApi>(*identities, *tenants.admin, *guard, clock, ids,
                                    [this](const IdentityChange& changed) { conversations->follow(changed); });
  unclaimed = std::make_unique<sqlite::SqliteUnclaimedItems>(*tenants.store);
  unclaimed_delivery = std::make_unique<UnclaimedDelivery>(*unclaimed, *inbox, clock);
  settings = std::make_unique<SettingsApi>(*tenants.admin, directory, *ledger, *tenants.audit, *guard, ids,
                                           SettingsApi::Platform{*unclaimed, *unclaimed_delivery},
                                           SettingsApi::Options{config.outside_url()});
  overview = std::make_unique<OverviewApi>(*ledger, *guard, clock,
                                           [this](const std::string& number) { return outbox->why_held(number); });
  make_guide();
  if (const auto made = make_doctor(); !made) return made;
  if (const auto made = make_people_api(ids); !made) return made;
  metrics.gauge("clawcentral_inbox_waiting_items", "Items stored and not accepted yet.",
                [this] { return static_cast<double>(inbox->waiting()); });
  metrics.gauge("clawcentral_conversation_waiting_messages", "Messages in memory that wait for their turn.",
                [this] { return static_cast<double>(conversations->in_memory()); });
  metrics.gauge("clawcentral_outbox_waiting_messages", "Messages in memory that wait to be sent.",
                [this] { return static_cast<double>(outbox->in_memory()); });
  metrics.gauge("clawcentral_outbox_held_numbers",
                "Phone numbers that send nothing, because Meta refuses their token or permission.",
                [this] { return static_cast<double>(outbox->held_numbers()); });
  metrics.gauge("clawcentral_api_listeners", "Open event streams of the API.",
                [this] { return static_cast<double>(feed->listeners()); });
  metrics.gauge("clawcentral_http_connections", "Open connections of the public listener.",
                [this] { return static_cast<double>(public_server->connections()); });
  return {};
}

void Gateway::Parts::open_delivery_log() {
  if (config.delivery_log_max_mib == 0) return;
  constexpr std::int64_t kMib = 1024 * 1024;
  auto opened =
      sqlite::Store::open(sqlite::SqliteDeliveryLog::store_options(config.delivery_log_path(), &tenants.metrics));
  // A help for people: messages go their way without it.
  if (!opened)
    return log::error("delivery_log.unavailable path={} reason=\"{}\" do=\"move the file away and start again\"",
                      config.delivery_log_path(), opened.error().message);
  log_store = std::move(*opened);
  delivery_log = std::make_unique<sqlite::SqliteDeliveryLog>(*log_store, clock, tenants.metrics,
                                                             config.delivery_log_max_mib * kMib);
}

Result<void> Gateway::Parts::make_media(const PublicIds& ids) {
  const std::string temp_folder = config.media_path() + "/tmp";
  media_workers = std::make_unique<WorkerPool>(kMediaThreads, kMediaQueue);
  media_store = std::make_unique<sqlite::SqliteMediaStore>(*tenants.store);
  if (config.media_s3_endpoint.empty()) {
    blobs = std::make_unique<FolderStore>(config.media_path() + "/files", *media_workers);
  } else {
    auto secret = secret_of("media.s3_secret_file", config.media_s3_secret_file, config.media_s3_secret);
    if (!secret) return std::unexpected(secret.error());
    blobs = std::make_unique<S3Store>(
        *http, S3Store::Options{config.media_s3_endpoint, config.media_s3_bucket, config.media_s3_region,
                                config.media_s3_key_id, std::move(*secret), temp_folder});
  }
  graph_media = std::make_unique<GraphMediaClient>(*http, tenants.metrics, graph_options(),
                                                   MediaHosts(config.graph_base_url, config.graph_media_hosts));
  if (!config.media_scanner.empty())
    scanner = std::make_unique<CommandScanner>(clock, config.media_scanner, temp_folder);
  library = std::make_unique<FileLibrary>(
      FileLibrary::Parts{*media_store, *blobs, *graph_media, *media_workers, clock, tenants.metrics, scanner.get()},
      *tenants.vault, ids, temp_folder);
  outgoing_files = std::make_unique<LibraryFiles>(*library);
  preparation = std::make_unique<FilePreparation>(*library, *speech, *speaker, tenants.metrics);
  return {};
}

void Gateway::Parts::make_templates() {
  template_store = std::make_unique<sqlite::SqliteTemplateStore>(*tenants.store);
  graph_templates = std::make_unique<GraphTemplateClient>(*http, tenants.metrics, graph_options());
  templates =
      std::make_unique<TemplateLibrary>(tenants.io, *template_store, *graph_templates, *tenants.directory, clock);
  templates->set_listener([this](TenantId tenant) { feed->tell_tenant(tenant, "templates"); });
  template_gate = std::make_unique<TemplateGate>(*templates, *outgoing_files);
}

Result<void> Gateway::Parts::make_speech() {
  // Recordings lie there while a program hears them.
  const auto folder = std::filesystem::path(config.data_dir) / "voice";
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (!fault) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
  if (fault) return fail(ErrorKind::kFatal, fmt::format("{}: {}", folder.string(), fault.message()));
  speech_kinds = std::make_unique<SpeechKinds>(*http, clock,
                                               CommandTranscriber::Options{speech_commands(config), folder.string()});
  speech = std::make_unique<Speech>([this](std::string_view kind) { return speech_kinds->find(kind); }, clock);
  speaker = std::make_unique<Speaker>(*http);
  return {};
}

void Gateway::Parts::make_events(const PublicIds& ids) {
  event_store = std::make_unique<sqlite::SqliteEventStore>(*tenants.store);
  events = std::make_unique<EventDelivery>(EventDelivery::Parts{tenants.io, *event_store, *ledger, *tenants.directory,
                                                                *tenants.vault, *http, clock, tenants.metrics},
                                           ids);
  sinks = std::make_unique<Sinks>(*event_store, *tenants.vault, clock, [this](TenantId tenant) {
    events->wake();
    feed->tell_tenant(tenant, "event-sinks");
  });
  tenants.metrics.gauge("clawcentral_events_held_sinks", "Webhooks of tenants that answer to nothing and are held.",
                        [this] { return static_cast<double>(events->held()); });
}

void Gateway::Parts::make_guide() {
  Directory& directory = *tenants.directory;
  figures = std::make_unique<sqlite::SqliteNumberFigures>(*tenants.store);
  guide = std::make_unique<Guide>(tenants.io, *graph_account, directory, *ledger, *figures, *notes, clock,
                                  Guide::Options{config.outside_url(), config.base_domain, !config.public_url.empty()});
  feed->set_sent_listener([this](TenantId tenant, const std::string& number) { guide->sent(tenant, number); });
  guide_api = std::make_unique<GuideApi>(*guide, *tenants.admin, *tenants.audit, directory, *guard, clock);
}

std::string Gateway::Parts::write_fault(sqlite::Store& store) {
  if (!store.healthy()) {
    // Who is not ready gets no traffic, and without traffic nobody else would find out that the disk is back.
    store.submit(std::make_unique<DiskProbe>());
    return "the last commit failed: is the disk full?";
  }
  const auto queued = store.queued();
  return queued < sqlite::Store::kMaxQueued / 2 ? "" : fmt::format("{} writes wait for the disk", queued);
}

Result<void> Gateway::Parts::make_doctor() {
  auto anywhere = net::NetworkSet::make({"0.0.0.0/0", "::/0"});
  if (!anywhere) return std::unexpected(anywhere.error());
  net::CurlClient::Options options;
  options.addresses = net::AddressPolicy(std::move(*anywhere));
  options.ca_file = config.graph_ca_file;
  outside = std::make_unique<net::CurlClient>(tenants.io, std::move(options));
  graph_health = std::make_unique<GraphHealthClient>(*http, graph_options());
  Doctor::Machine machine{
      .storage_fault =
          [this] {
            auto fault = write_fault(*tenants.inbox_store);
            return fault.empty() ? write_fault(*tenants.store) : fault;
          },
      .disk_free = [this] { return free_bytes(config.data_dir); },
      .not_accepted = [this] { return static_cast<std::int64_t>(inbox->waiting()); },
      .why_held = [this](const std::string& number) { return outbox->why_held(number).value_or(""); },
      .storage_full = [this](const Tenant& tenant) { return storage->full(tenant); }};
  doctor = std::make_unique<Doctor>(
      Doctor::Parts{*guide, *graph_health, *http, *outside, *tenants.directory, *ledger, *access, *speech, clock},
      std::move(machine),
      Doctor::Options{.public_url_is_set = !config.public_url.empty(),
                      .meta_calls = config.graph_base_url.ends_with(".facebook.com"),
                      .messages_per_second = config.graph_messages_per_second,
                      .disk_wanted = config.doctor_disk_free_mib * 1024 * 1024});
  doctor_api = std::make_unique<DoctorApi>(*doctor, *guard);
  return {};
}

Task<Result<std::string>> Gateway::Parts::run(std::string command, std::string arguments, std::string who) {
  if (command == "doctor") return doctor->run(std::move(arguments));
  return tenants.run(std::move(command), std::move(arguments), std::move(who));
}

Result<void> Gateway::Parts::make_people_api(const PublicIds& ids) {
  if (!config.oidc_issuer.empty()) {
    auto secret = secret_of("oidc.client_secret_file", config.oidc_client_secret_file, config.oidc_client_secret);
    if (!secret) return std::unexpected(secret.error());
    provider = std::make_unique<OpenIdProvider>(
        *http, clock,
        OpenIdProvider::Settings{config.oidc_issuer, config.oidc_client_id, std::move(*secret), config.oidc_label,
                                 config.outside_url() + "/api/v1/oidc/callback"});
  }
  const bool is_https = config.public_url.starts_with("https:");
  PeopleStore& store = *tenants.people_store;
  People& people = *tenants.people;
  account =
      std::make_unique<Account>(store, people, *tenants.passwords, *tenants.second_factor, *tenants.attempts, clock);
  sign_in_api = std::make_unique<SignInApi>(*guard, *tenants.directory, people, *tenants.sign_in, *account,
                                            *tenants.second_factor, *feed, ids, is_https,
                                            provider ? provider->settings().label : "");
  members_api = std::make_unique<MembersApi>(*guard, store, people, *feed, clock, ids, config.outside_url());
  oidc_api =
      std::make_unique<OidcApi>(*guard, provider.get(), *tenants.sign_in, people, *tenants.vault, clock, is_https);
  return {};
}

std::vector<Check> Gateway::Parts::checks() {
  return {{"inbox", [this] { return write_fault(*tenants.inbox_store); }},
          {"ledger", [this] { return write_fault(*tenants.store); }},
          {"shutdown", [this] { return stopped ? "the gateway is stopping" : ""; }}};
}

Result<void> Gateway::Parts::listen() {
  IoPool& io = tenants.io;
  webhook->add_routes(public_router);
  rest->add_routes(public_router);
  desk_api->add_routes(public_router);
  event_sinks_api->add_routes(public_router);
  delivery_log_api->add_routes(public_router);
  speech_api->add_routes(public_router);
  delivery_api->add_routes(public_router);
  media_api->add_routes(public_router);
  templates_api->add_routes(public_router);
  graph_api->add_routes(public_router);
  identity_api->add_routes(public_router);
  access_api->add_routes(public_router);
  sign_in_api->add_routes(public_router);
  oidc_api->add_routes(public_router);
  members_api->add_routes(public_router);
  overview->add_routes(public_router);
  guide_api->add_routes(public_router);
  doctor_api->add_routes(public_router);
  settings->add_routes(public_router);
  add_admin_page_routes(public_router);
  add_operator_routes(operator_router, tenants.metrics, checks());
  add_admin_routes(admin_router, [this](std::string command, std::string arguments, std::string who) {
    return run(std::move(command), std::move(arguments), std::move(who));
  });
  public_server = std::make_unique<net::Server>(io, public_router, net::ServerLimits{});
  operator_server = std::make_unique<net::Server>(io, operator_router, net::ServerLimits{});
  admin_server = std::make_unique<net::Server>(io, admin_router, net::ServerLimits{});
  if (auto bound = admin_server->listen("unix:" + config.admin_socket()); !bound) return bound;
  if (auto bound = operator_server->listen(config.listen_operator); !bound) return bound;
  return public_server->listen(config.listen_public);
}

void Gateway::Parts::stop() {
  if (std::exchange(stopped, true)) return;
  // Streams have no end of their own.
  if (feed) feed->stop();
  if (public_server) public_server->stop(kAnswerPatience);
  if (intake) intake->stop();
  if (desk) desk->stop();
  if (conversations) conversations->stop(kTurnPatience);
  if (resender) resender->stop();
  if (outbox) outbox->stop(kSendPatience);
  if (events) events->stop(kEventPatience);
  // Their pages and commands look at the parts that go next.
  if (admin_server) admin_server->stop(std::chrono::milliseconds(500));
  if (operator_server) operator_server->stop(std::chrono::milliseconds(100));
  // From here on no call can hold anything up: those under way end now.
  if (http) http->close();
  if (templates) templates->stop();
  if (outside) outside->close();
  // What hears on this machine is given up before the conversations that wait for it go.
  if (speech_kinds) speech_kinds->stop();
  if (scanner) scanner->stop();
  conversations.reset();
  resender.reset();
  outbox.reset();
  housekeeping.reset();
  if (events) events->stop(std::chrono::hours(1));
  if (delivery_log) {
    delivery_log->stop();
    delivery_log->flush();
    log_store->close();
  }
  // Writes that are queued still speak to the inbox: they end before it goes.
  if (tenants.store) tenants.store->close();
  if (tenants.inbox_store) tenants.inbox_store->close();
}

Gateway::Gateway() = default;

Gateway::~Gateway() {
  stop();
}

Result<std::unique_ptr<Gateway>> Gateway::start(const Config& config, Overrides overrides) {
  std::unique_ptr<Gateway> gateway(new Gateway);
  gateway->parts_ = std::make_unique<Parts>(config, std::move(overrides));
  Parts& parts = *gateway->parts_;
  for (auto step : {&Parts::open_ledger, &Parts::make_pipeline})
    if (const auto done = (parts.*step)(); !done) return std::unexpected(done.error());
  // Nothing is sent by a process that could not take its place.
  if (const auto bound = parts.listen(); !bound) return std::unexpected(bound.error());
  parts.outbox->start();
  parts.resender->start();
  parts.conversations->start();
  parts.intake->start();
  parts.housekeeping->start();
  parts.events->start();
  parts.storage->start();
  parts.templates->start();
  parts.feed->start();
  if (parts.delivery_log) parts.delivery_log->start(parts.tenants.io);
  log::info("gateway.ready public={} operator={} data={} tenants={} version={}",
            with_port(config.listen_public, gateway->public_port()),
            with_port(config.listen_operator, gateway->operator_port()), config.data_dir,
            parts.tenants.directory->all().size(), CLAW_VERSION);
  return gateway;
}

std::uint16_t Gateway::public_port() const {
  return parts_->public_server->port();
}

std::uint16_t Gateway::operator_port() const {
  return parts_->operator_server->port();
}

Result<std::string> Gateway::admin(std::string command, std::string arguments) {
  return wait(parts_->tenants.io, parts_->run(std::move(command), std::move(arguments), ""));
}

std::string Gateway::setup_link() {
  return wait(parts_->tenants.io, parts_->tenants.people_admin->setup_link()).value_or("");
}

void Gateway::stop() {
  if (parts_) parts_->stop();
}

struct OfflineAdmin::Parts {
  Tenants tenants{1};
};

OfflineAdmin::OfflineAdmin() : parts_(std::make_unique<Parts>()) {}

OfflineAdmin::~OfflineAdmin() = default;

Result<std::unique_ptr<OfflineAdmin>> OfflineAdmin::open(const Config& config) {
  std::unique_ptr<OfflineAdmin> admin(new OfflineAdmin);
  Tenants& tenants = admin->parts_->tenants;
  if (const auto opened = tenants.open(config, tenants.system_clock, {}); !opened)
    return std::unexpected(opened.error());
  return admin;
}

Result<std::string> OfflineAdmin::run(std::string command, std::string arguments, std::string who) {
  return wait(parts_->tenants.io, parts_->tenants.run(std::move(command), std::move(arguments), std::move(who)));
}

}  // namespace claw
