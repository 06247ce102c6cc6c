#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "conversation/explain.hpp"
#include "guide/steps.hpp"
#include "net/client.hpp"

namespace claw {

/// How bad it is. Told by name.
enum class Severity : std::uint8_t {
  kOk,
  kNote,     ///< Worth knowing; nothing has to be done.
  kSkipped,  ///< It could not be looked at; another check says why.
  kWarning,  ///< It works, and will not for long or not for all.
  kError,    ///< Messages are lost or wait because of it.
};
[[nodiscard]] std::string_view to_string(Severity severity);

/// What is looked at together: each part is fetched on its own, so that a page shows one after the other.
enum class DoctorPart : std::uint8_t { kSettings, kMeta, kAddress, kAgents, kSpeech, kGateway, kPerson };
inline constexpr DoctorPart kDoctorParts[] = {DoctorPart::kSettings, DoctorPart::kMeta,   DoctorPart::kAddress,
                                              DoctorPart::kAgents,   DoctorPart::kSpeech, DoctorPart::kGateway,
                                              DoctorPart::kPerson};
[[nodiscard]] std::string_view to_string(DoctorPart part);
[[nodiscard]] std::optional<DoctorPart> doctor_part_named(std::string_view name);

/// One thing that was looked at. `seen` and `todo` are for a tenant's admin; `todo` is empty where there is nothing.
struct DoctorCheck {
  std::string id;
  std::string_view title;
  Severity severity = Severity::kOk;
  std::string seen;
  std::string todo = {};
};

/// An address that was called, and what came of it.
struct Probe {
  int status = 0;  ///< 0: no answer, and `fault` says why.
  std::string fault = {};
  std::string body = {};
  std::chrono::milliseconds took{0};
  std::optional<net::CertificateLife> certificate = {};
};

/// Somebody outside that the gateway depends on, by the tenant's name for it. `secret_missing` names a secret that it
/// wants and that is not set; then nobody was called.
struct Helper {
  std::string name;
  std::string kind;
  std::string secret_missing = {};
  std::optional<Probe> probe = {};  ///< Nothing: it is part of this program.
  std::string unknown_model = {};   ///< Its model, where its server lists models and not this one.
};

struct MetaFacts {
  Answered<whatsapp::SubscriptionFacts> subscriptions;
  bool secret_refused = false;  ///< Meta answered, and would not take the app secret.
  Answered<std::vector<whatsapp::TemplateStanding>> templates;
  std::optional<std::chrono::seconds> clock_ahead;  ///< Ours of Meta's, the way there and back halved.
  std::string clock_fault;
  std::optional<std::int64_t> people_this_month, people_limit;
  std::int64_t messages_per_second = 0;  ///< As the operator set it; 0: as Meta says of the number.
};

struct AddressFacts {
  bool is_set = false;     ///< public_url is.
  bool meta_calls = true;  ///< Meta itself will: it wants https. A simulator does not.
  std::string challenge;   ///< What must come back.
  Probe verification, delivery;
};

struct GatewayFacts {
  std::string storage_fault;                       ///< Why the databases take no writes; empty: they do.
  std::int64_t disk_free = -1, disk_wanted = 0;    ///< Bytes; free < 0: unknown.
  bool storage_full = false;                       ///< The tenant has used what it may.
  std::string files_fault;                         ///< Why the store of files does not work; empty: it does.
  bool files_in_bucket = false;                    ///< It is a bucket, else a folder.
  std::int64_t not_accepted = 0;                   ///< Items that were acknowledged and wait to be read.
  std::int64_t turns_waiting = 0, to_be_sent = 0;  ///< Of the tenant, of the number.
  std::string sending_held;                        ///< Why nothing is sent; empty: it is.
  std::string last_failure;                        ///< Of a turn or a send in the last hour; empty: none.
};

struct PersonFacts {
  std::string fault;  ///< Why nothing is known.
  std::optional<Explanation> about;
  TimePoint last_inbound;    ///< Meta's time; 0: they never wrote to the number.
  TimePoint window_until{};  ///< Where it is open for longer than after any message: they came by an ad.
};

/// All that a diagnosis is made of. Parts that are not there were not looked at, and have no checks.
struct DoctorFacts {
  GuideFacts guide;
  bool tenant_enabled = true;
  ChannelPolicy policy = ChannelPolicy::kOpen;
  std::string default_agent;
  std::optional<MetaFacts> meta;
  std::optional<AddressFacts> address;
  std::optional<std::vector<Helper>> agents;
  std::optional<std::vector<Helper>> speech;
  std::optional<GatewayFacts> gateway;
  std::optional<PersonFacts> person;
};

/// The checks of a part, in the order in which they are best mended. Pure.
[[nodiscard]] std::vector<DoctorCheck> diagnose(DoctorPart part, const DoctorFacts& facts);

/// True where no check is a warning or an error.
[[nodiscard]] bool is_healthy(const std::vector<DoctorCheck>& checks);

/// {"id", "title", "severity", "seen", "do"}
[[nodiscard]] boost::json::object check_json(const DoctorCheck& check);

inline constexpr std::chrono::hours kTokenWarning{7 * 24};
inline constexpr std::chrono::hours kRefusalTold{24};
/// Whoever renews certificates does it 30 days before their end. Of one that lives shorter: its last third.
inline constexpr std::chrono::hours kCertificateWarning{14 * 24};
inline constexpr std::chrono::seconds kClockWarning{60};
inline constexpr std::chrono::seconds kClockError{300};  ///< Signed things count for about so long everywhere.
inline constexpr std::chrono::milliseconds kSlowAgent{3'000};
inline constexpr std::int64_t kBacklog = 1'000;
inline constexpr std::chrono::hours kServiceWindow{24};

}  // namespace claw
