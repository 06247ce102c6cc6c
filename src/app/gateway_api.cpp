#include "api/access_api.hpp"
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
#include "app/gateway_parts.hpp"
#include "app/settings_secret.hpp"
#include "conversation/conversations.hpp"
#include "delivery/outbox.hpp"
#include "graph/pass_through.hpp"
#include "inbox/embedded_inbox.hpp"
#include "ingress/unclaimed_delivery.hpp"
#include "ingress/webhook.hpp"
#include "ledger/sqlite/sqlite_delivery_log.hpp"
#include "ledger/sqlite/sqlite_event_store.hpp"
#include "ledger/sqlite/sqlite_identity_store.hpp"
#include "ledger/sqlite/sqlite_template_store.hpp"
#include "ledger/sqlite/unclaimed.hpp"
#include "ledger/watched_ledger.hpp"
#include "net/curl_client.hpp"

// What people and programs speak to.

namespace claw {

void Gateway::Parts::make_apis(const PublicIds& ids, net::NetworkSet proxies) {
  Directory& directory = *tenants.directory;
  tenants.admin->set_listener([this](TenantId tenant, std::string_view what) { feed->tell_tenant(tenant, what); });
  tokens = std::make_unique<ApiTokens>(tenants.io, directory, *tenants.tenant_store, clock);
  guard = std::make_unique<Guard>(directory, *tokens, *tenants.people, std::move(proxies));
  guard->also_for_the_keyboard(api_commands.routes());
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
  speech_api = std::make_unique<SpeechApi>(*tenants.admin, *speech, *guard, speech_command_names());
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

void Gateway::Parts::add_public_routes() {
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
}

}  // namespace claw
