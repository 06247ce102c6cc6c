#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace claw {

/// All settings of `clawcentral`, with their defaults. docs/configuration.md describes them; every one may also come
/// from the environment (CLAWCENTRAL_GRAPH__BASE_URL for graph.base_url).
struct Config {
  /// Where Meta, programs and browsers come in: webhooks, API, later the UI.
  std::string listen_public = "127.0.0.1:8080";
  /// Where the operator looks: /healthz, /readyz, /metrics. Not for the internet.
  std::string listen_operator = "127.0.0.1:9464";
  /// A tenant's host is `<tenant>.<base_domain>`. Empty: tenants only by path, /t/<tenant>/…
  std::string base_domain;
  /// How the outside reaches the public listener: https://claw.example.org. For links; empty: the listener's address.
  std::string public_url;
  /// Networks of reverse proxies whose X-Forwarded-Host, -For and -Proto are believed.
  std::vector<std::string> trusted_proxies;
  /// Everything that must survive: the databases, the master key, the lock and the admin socket.
  std::string data_dir = "data";
  /// io threads; 0: one a core.
  std::int64_t threads = 0;
  /// debug, info, warn, error
  std::string log_level = "info";

  /// Meta's Graph API.
  std::string graph_base_url = "https://graph.facebook.com";
  std::string graph_version = "v25.0";
  /// Messages of a phone number in a second, in and out together; 0: as many as Meta says of each number.
  std::int64_t graph_messages_per_second = 0;
  /// One message to the same person in this time in the long run; 0: no limit, for a simulator that has none.
  std::int64_t graph_pair_interval_ms = 6'000;
  /// Certificates to trust instead of the system's, as a PEM file.
  std::string graph_ca_file;
  /// Where files are fetched with a tenant's token beside Meta's own hosts and graph.base_url:
  /// "https://media.example.org".
  std::vector<std::string> graph_media_hosts;

  /// Private networks that agents, speech and the simulator may live in; all others are refused after DNS.
  std::vector<std::string> net_allow_private;

  /// Programs that tenants may have transcribe voice messages, each as "name=program word word"; `{file}` is the audio.
  std::vector<std::string> speech_commands;

  /// The virus scanner: a program and its words, of which `{file}` is the file. Exit code 0: clean, 1: infected. Empty:
  /// none.
  std::vector<std::string> media_scanner;
  /// A bucket for files, spoken to as Amazon's S3; empty: they are in the data folder.
  std::string media_s3_endpoint;
  std::string media_s3_bucket;
  std::string media_s3_region = "us-east-1";
  std::string media_s3_key_id;
  /// The key's secret, in a file of its own or from the environment.
  std::string media_s3_secret_file;
  std::string media_s3_secret;

  /// What should be free on the disk of data_dir, in MiB: with less, `clawcentral doctor` says so.
  std::int64_t doctor_disk_free_mib = 1'024;

  /// SQLite's page cache of each writer, ledger and inbox, in MiB: it grows with use.
  std::int64_t ledger_cache_mib = 256;
  /// Pages of the write-ahead log before it is folded into the file: more is smoother, and a longer start after a
  /// crash.
  std::int64_t ledger_checkpoint_pages = 16'000;

  /// How large the file of the delivery log may grow, in MiB: then its oldest entries go. 0: there is no such log.
  std::int64_t delivery_log_max_mib = 2'048;

  /// How long somebody stays signed in, in days.
  std::int64_t sign_in_session_days = 30;
  /// And without a request, in hours: a weekend.
  std::int64_t sign_in_idle_hours = 72;

  /// The OpenID provider that people may sign in by; empty: none.
  std::string oidc_issuer;
  std::string oidc_client_id;
  /// The client's secret, in a file of its own or from the environment; none: a public client.
  std::string oidc_client_secret_file;
  std::string oidc_client_secret;
  /// On the button.
  std::string oidc_label = "Sign in with single sign-on";

  /// File of the master key that seals tenants' secrets; empty: master.key in the data folder, made on first start.
  std::string master_key_file;
  /// The master key itself, 64 hex digits, for those who keep it elsewhere. Wins over the file.
  std::string master_key;

  [[nodiscard]] std::string outside_url() const { return public_url.empty() ? "http://" + listen_public : public_url; }
  /// The host of the platform's own webhook address: public_url's, else base_domain; empty: every host that is no
  /// tenant's, for without base_domain tenants have none.
  [[nodiscard]] std::string platform_host() const;
  [[nodiscard]] std::string database_path() const { return data_dir + "/clawcentral.db"; }
  [[nodiscard]] std::string inbox_path() const { return data_dir + "/inbox.db"; }
  [[nodiscard]] std::string delivery_log_path() const { return data_dir + "/deliveries.db"; }
  [[nodiscard]] std::string media_path() const { return data_dir + "/media"; }
  [[nodiscard]] std::string lock_path() const { return data_dir + "/lock"; }
  [[nodiscard]] std::string admin_socket() const { return data_dir + "/admin.sock"; }
  [[nodiscard]] std::string key_path() const {
    return master_key_file.empty() ? data_dir + "/master.key" : master_key_file;
  }
};

/// Reads file (none if empty) and environment over the defaults; all faults at once, each a line for the operator.
[[nodiscard]] std::vector<std::string> read_config(const std::string& path,
                                                   std::map<std::string, std::string> environment, Config& config);

}  // namespace claw
