#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conversation/access.hpp"
#include "graph/health.hpp"
#include "guide/diagnosis.hpp"
#include "guide/guide.hpp"
#include "net/client.hpp"
#include "speech/speech.hpp"

namespace claw {

/// Finds out why messages do not come, are not answered, or do not go out: fetches what diagnose() decides on, by
/// asking Meta, our own address from outside, agents, speech providers and the machine. Sends no message to anybody,
/// and changes nothing but the Guide's last answers of Meta's.
///
/// Safe to call from any coroutine.
class Doctor {
 public:
  /// All must outlive this object.
  struct Parts {
    Guide& guide;
    GraphHealth& meta;
    net::HttpClient& http;     ///< For agents: may go where tenants' agents may.
    net::HttpClient& outside;  ///< For the operator's own public address, wherever that leads.
    Directory& directory;
    Ledger& ledger;
    Access& access;
    Speech& speech;  ///< Of its own: it neither waits for voice messages nor holds them up.
    Clock& clock;
  };
  /// What the machine and the gateway's other parts tell. Quick, from any thread.
  struct Machine {
    std::function<std::string()> storage_fault;                      ///< As GatewayFacts.
    std::function<std::int64_t()> disk_free;                         ///< Bytes; < 0: unknown.
    std::function<std::int64_t()> not_accepted;                      ///< As GatewayFacts.
    std::function<std::string(const std::string& number)> why_held;  ///< As GatewayFacts.
    std::function<bool(const Tenant&)> storage_full;
    /// Puts a small file of the tenant's where its files are, reads it, deletes it.
    std::function<Task<Result<void>>(TenantId)> try_files;
    bool files_in_bucket = false;
  };
  struct Options {
    bool public_url_is_set = false;
    bool meta_calls = true;  ///< The Graph API is Meta's own.
    std::int64_t messages_per_second = 0;
    std::int64_t disk_wanted = 0;  ///< Bytes that should be free.
  };

  /// For each call. Agents, speech providers and our own address are called side by side, so that however many of them
  /// hang, together they take no longer than the two calls of our address, one after the other.
  static constexpr std::chrono::milliseconds kPatience{10'000};
  static constexpr std::size_t kMaxHelpers = 20;  ///< Agents, and speech providers, that are called.

  Doctor(Parts parts, Machine machine, Options options)
      : parts_(parts), machine_(std::move(machine)), options_(options) {}

  struct Question {
    std::string number = {};              ///< Phone number id; empty: the tenant's first.
    std::string user = {};                ///< A phone number or BSUID, also as "wa:+49…"; empty: nobody in particular.
    std::optional<DoctorPart> part = {};  ///< Only this one.
  };
  struct Diagnosis {
    std::string number;
    TimePoint at;
    std::vector<std::pair<DoctorPart, DoctorCheck>> checks;

    [[nodiscard]] bool healthy() const;
  };
  /// kNotFound for a number that is not the tenant's; kInvalid for a user that is neither; as the ledger fails.
  [[nodiscard]] Task<Result<Diagnosis>> examine(TenantRef tenant, Question question);

  /// The command line's `doctor`: {tenant, number, user} -> diagnosis_json().
  [[nodiscard]] Task<Result<std::string>> run(std::string arguments);

 private:
  Task<Probe> call(net::HttpClient& http, net::ClientRequest request);
  Task<> fetch(TenantRef tenant, DoctorPart part, const Question& question, DoctorFacts& facts);
  Task<MetaFacts> ask_meta(TenantRef tenant, const GuideView& view);
  Task<> ask_app(TenantRef tenant, const GuideFacts& guide, const MetaCheck& meta, MetaFacts& facts);
  Task<AddressFacts> call_ourselves(TenantRef tenant, const GuideFacts& guide);
  Task<std::vector<Helper>> call_agents(TenantRef tenant);
  Task<> call_agent(const Tenant& tenant, const Agent& agent, Helper& helper);
  Task<std::vector<Helper>> call_speech(TenantRef tenant);
  Task<> call_provider(TenantRef tenant, const SpeechProvider& provider, Helper& helper);
  Task<GatewayFacts> look_at_gateway(TenantRef tenant, std::string number);
  Task<PersonFacts> look_at_person(TenantRef tenant, std::string number, std::string user);
  Task<std::string> last_failure(TenantId tenant);

  const Parts parts_;
  const Machine machine_;
  const Options options_;
};

/// {"number", "checked_at", "healthy", "checks": [{"id", "part", "title", "severity", "seen", "do"}]}
[[nodiscard]] boost::json::object diagnosis_json(const Doctor::Diagnosis& diagnosis);

}  // namespace claw
