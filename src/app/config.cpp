#include "app/config.hpp"

#include <algorithm>
#include <cctype>

#include <boost/url/parse.hpp>

#include "base/config_reader.hpp"
#include "net/address.hpp"
#include "net/network_set.hpp"

namespace claw {
namespace {

std::string http_url(const std::string& text) {
  if (text.empty()) return {};
  const auto url = boost::urls::parse_uri(text);
  if (!url || (url->scheme() != "http" && url->scheme() != "https") || url->host().empty())
    return "must be an address like https://claw.example.org";
  if (url->has_query() || url->has_fragment() || text.ends_with('/'))
    return "must end with the host or path, without /";
  return {};
}

std::string issuer_url(const std::string& text) {
  return http_url(text.ends_with('/') ? text.substr(0, text.size() - 1) : text);
}

std::string network(const std::string& text) {
  const auto read = net::NetworkSet::make({text});
  return read ? "" : read.error().message;
}

std::string origin(const std::string& text) {
  const auto url = boost::urls::parse_uri(text);
  const bool is_one = !http_url(text).size() && !text.empty() && url && url->encoded_path().empty();
  return is_one ? "" : "must be like https://media.example.org, without a path";
}

std::string s3_endpoint(const std::string& text) {
  return text.empty() ? "" : origin(text);
}

std::string bucket(const std::string& text) {
  constexpr std::size_t kLongest = 63;
  const bool is_one =
      text.size() <= kLongest && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
  return is_one ? "" : "must be a bucket's name: lower-case letters, digits, dots and dashes";
}

std::string not_empty(const std::string& text) {
  return text.empty() ? "must not be empty" : "";
}

std::string listen_address(const std::string& text) {
  const auto read = net::parse_listen_address(text);
  return read ? "" : read.error().message;
}

std::string level(const std::string& text) {
  return text == "debug" || text == "info" || text == "warn" || text == "error" ? ""
                                                                                : "must be debug, info, warn or error";
}

std::string version(const std::string& text) {
  return text.size() > 1 && text[0] == 'v' && text.find_first_not_of("0123456789.", 1) == std::string::npos
             ? ""
             : "must be like v25.0";
}

std::string domain(const std::string& text) {
  return text.starts_with('.') || text.find_first_of("/: ") != std::string::npos ? "must be like claw.example.org" : "";
}

std::string speech_command(const std::string& text) {
  const auto equals = text.find('=');
  return equals == 0 || equals == std::string::npos || equals + 1 == text.size()
             ? "must be like \"local=whisper-cli -m model.bin -np -nt -f {file}\""
             : "";
}

std::string hex_key(const std::string& text) {
  return text.empty() || (text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos)
             ? ""
             : "must be 64 lower-case hex digits";
}

}  // namespace

std::vector<std::string> read_config(const std::string& path, std::map<std::string, std::string> environment,
                                     Config& config) {
  ConfigReader reader(std::move(environment));
  reader.text("listen.public", config.listen_public, listen_address);
  reader.text("listen.operator", config.listen_operator, listen_address);
  reader.text("base_domain", config.base_domain, domain);
  reader.text("public_url", config.public_url, http_url);
  reader.list("trusted_proxies", config.trusted_proxies, network);
  reader.text("data_dir", config.data_dir, not_empty);
  reader.integer("threads", config.threads, 0, 256);
  reader.text("log.level", config.log_level, level);
  reader.text("graph.base_url", config.graph_base_url, http_url);
  reader.text("graph.version", config.graph_version, version);
  reader.integer("graph.messages_per_second", config.graph_messages_per_second, 0, 100'000);
  reader.integer("graph.pair_interval_ms", config.graph_pair_interval_ms, 0, 3'600'000);
  reader.text("graph.ca_file", config.graph_ca_file);
  reader.list("graph.media_hosts", config.graph_media_hosts, origin);
  reader.list("net.allow_private", config.net_allow_private, network);
  reader.list("media.scanner", config.media_scanner);
  reader.text("media.s3_endpoint", config.media_s3_endpoint, s3_endpoint);
  reader.text("media.s3_bucket", config.media_s3_bucket, bucket);
  reader.text("media.s3_region", config.media_s3_region, not_empty);
  reader.text("media.s3_key_id", config.media_s3_key_id);
  reader.text("media.s3_secret_file", config.media_s3_secret_file);
  reader.text("media.s3_secret", config.media_s3_secret);
  reader.list("speech.commands", config.speech_commands, speech_command);
  reader.integer("doctor.disk_free_mib", config.doctor_disk_free_mib, 0, 1'000'000'000);
  reader.integer("ledger.cache_mib", config.ledger_cache_mib, 1, 65'536);
  reader.integer("ledger.checkpoint_pages", config.ledger_checkpoint_pages, 100, 1'000'000);
  reader.integer("delivery_log.max_mib", config.delivery_log_max_mib, 0, 1'048'576);
  reader.integer("sign_in.session_days", config.sign_in_session_days, 1, 365);
  reader.integer("sign_in.idle_hours", config.sign_in_idle_hours, 1, 8'760);
  reader.text("oidc.issuer", config.oidc_issuer, issuer_url);
  reader.text("oidc.client_id", config.oidc_client_id);
  reader.text("oidc.client_secret_file", config.oidc_client_secret_file);
  reader.text("oidc.client_secret", config.oidc_client_secret);
  reader.text("oidc.label", config.oidc_label, not_empty);
  reader.text("security.master_key_file", config.master_key_file);
  reader.text("security.master_key", config.master_key, hex_key);
  auto faults = reader.read(path);
  if (!config.oidc_issuer.empty() && config.oidc_client_id.empty())
    faults.emplace_back("oidc.client_id: must be set where oidc.issuer is");
  const bool has_bucket = !config.media_s3_endpoint.empty();
  if (has_bucket && (config.media_s3_bucket.empty() || config.media_s3_key_id.empty() ||
                     (config.media_s3_secret.empty() && config.media_s3_secret_file.empty())))
    faults.emplace_back(
        "media.s3_endpoint: where it is set, media.s3_bucket, media.s3_key_id and media.s3_secret_file (or "
        "CLAWCENTRAL_MEDIA__S3_SECRET) must be too");
  return faults;
}

std::string Config::platform_host() const {
  if (base_domain.empty()) return {};
  std::string_view host = public_url;
  if (const auto scheme = host.find("://"); scheme != std::string_view::npos) host.remove_prefix(scheme + 3);
  host = host.substr(0, host.find_first_of(":/"));
  std::string lowered(host.empty() ? base_domain : host);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

}  // namespace claw
