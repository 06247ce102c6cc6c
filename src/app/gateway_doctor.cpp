#include <filesystem>

#include <fmt/format.h>

#include "api/doctor_api.hpp"
#include "api/guide_api.hpp"
#include "api/live_feed.hpp"
#include "app/gateway_parts.hpp"
#include "delivery/outbox.hpp"
#include "graph/account_client.hpp"
#include "graph/health_client.hpp"
#include "guide/doctor.hpp"
#include "guide/guide.hpp"
#include "inbox/embedded_inbox.hpp"
#include "ingress/storage_watch.hpp"
#include "ledger/sqlite/number_figures.hpp"
#include "media/file_library.hpp"
#include "net/curl_client.hpp"
#include "speech/speech.hpp"
#include "speech/speech_kinds.hpp"
#include "tenancy/connection_notes.hpp"

// Who says how far a set-up is and what is wrong: guide, doctor, health.

namespace claw {
namespace {

/// Writes something to see whether the disk takes it again.
class DiskProbe final : public sqlite::Store::Job {
 public:
  bool run(sqlite::Database& db) override {
    db.run("UPDATE marks SET value = value");
    return true;
  }
  void finish(const Result<void>&) override {}  // the store's health is the answer
};

/// On the disk of the folder; -1: unknown.
std::int64_t free_bytes(const std::string& folder) {
  std::error_code fault;
  const auto space = std::filesystem::space(folder, fault);
  return fault ? -1 : static_cast<std::int64_t>(space.available);
}

}  // namespace

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

std::vector<Check> Gateway::Parts::checks() {
  return {{"inbox", [this] { return write_fault(*tenants.inbox_store); }},
          {"ledger", [this] { return write_fault(*tenants.store); }},
          {"shutdown", [this] { return stopped ? "the gateway is stopping" : ""; }}};
}

Result<void> Gateway::Parts::make_doctor() {
  auto anywhere = net::NetworkSet::make({"0.0.0.0/0", "::/0"});
  if (!anywhere) return std::unexpected(anywhere.error());
  net::CurlClient::Options options;
  options.addresses = net::AddressPolicy(std::move(*anywhere));
  options.ca_file = config.graph_ca_file;
  outside = std::make_unique<net::CurlClient>(tenants.io, std::move(options));
  graph_health = std::make_unique<GraphHealthClient>(*http, tenants.metrics, graph_options());
  Doctor::Machine machine{
      .storage_fault =
          [this] {
            auto fault = write_fault(*tenants.inbox_store);
            return fault.empty() ? write_fault(*tenants.store) : fault;
          },
      .disk_free = [this] { return free_bytes(config.data_dir); },
      .not_accepted = [this] { return static_cast<std::int64_t>(inbox->waiting()); },
      .why_held = [this](const std::string& number) { return outbox->why_held(number).value_or(""); },
      .storage_full = [this](const Tenant& tenant) { return storage->full(tenant); },
      .try_files = [this](TenantId tenant) { return library->try_store(tenant); },
      .files_in_bucket = !config.media_s3_endpoint.empty()};
  doctor_speech = std::make_unique<Speech>([this](std::string_view kind) { return speech_kinds->find(kind); }, clock);
  doctor = std::make_unique<Doctor>(Doctor::Parts{*guide, *graph_health, *http, *outside, *tenants.directory, *ledger,
                                                  *access, *doctor_speech, clock},
                                    std::move(machine),
                                    Doctor::Options{.public_url_is_set = !config.public_url.empty(),
                                                    .meta_calls = config.graph_base_url.ends_with(".facebook.com"),
                                                    .messages_per_second = config.graph_messages_per_second,
                                                    .disk_wanted = config.doctor_disk_free_mib * 1024 * 1024});
  doctor_api = std::make_unique<DoctorApi>(*doctor, *guard);
  return {};
}

}  // namespace claw
