#include "api/live_feed.hpp"
#include "app/gateway_parts.hpp"
#include "app/settings_secret.hpp"
#include "conversation/file_preparation.hpp"
#include "delivery/library_files.hpp"
#include "delivery/template_gate.hpp"
#include "graph/media_client.hpp"
#include "graph/template_client.hpp"
#include "ledger/sqlite/sqlite_media_store.hpp"
#include "ledger/sqlite/sqlite_template_store.hpp"
#include "media/file_library.hpp"
#include "media/folder_store.hpp"
#include "media/s3_store.hpp"
#include "media/scanner.hpp"
#include "net/curl_client.hpp"
#include "speech/speaker.hpp"
#include "speech/speech.hpp"
#include "templates/template_library.hpp"

// What messages are made of: files and templates.

namespace claw {
namespace {

/// For what blocks of files: reading, sealing, syncing.
constexpr std::size_t kMediaThreads = 4;
constexpr std::size_t kMediaQueue = 4'096;

}  // namespace

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

}  // namespace claw
