#pragma once

#include <boost/json.hpp>

#include "base/public_id.hpp"
#include "ledger/audit.hpp"
#include "ledger/ledger.hpp"
#include "ledger/tenant_store.hpp"
#include "tenancy/secret_names.hpp"

namespace claw {

/// With milliseconds; null for 0.
[[nodiscard]] boost::json::value time_json(TimePoint time);
[[nodiscard]] boost::json::value text_or_null(const std::string& text);

/// An error of Meta's: {code, name, retry, advice, whose, link}; null for 0, which is none.
[[nodiscard]] boost::json::value error_json(std::int64_t code);

/// What the API shows of the ledger's records and of tenants. Pure; only for .cpp files of api/. docs/openapi.yaml
/// describes each.
[[nodiscard]] boost::json::object message_json(const MessageRecord& record, const PublicIds& ids);
/// The same with its statuses.
[[nodiscard]] boost::json::object delivery_json(const MessageRecord& record, const PublicIds& ids);
/// The same with raw webhook, status history and the advice for its error.
[[nodiscard]] boost::json::object message_detail_json(const MessageRecord& record, const PublicIds& ids);
[[nodiscard]] boost::json::object status_json(const StatusEntry& entry, const PublicIds& ids);
[[nodiscard]] boost::json::object event_json(const EventRecord& record, const PublicIds& ids);
[[nodiscard]] boost::json::object conversation_json(const ConversationRecord& record, TimePoint now,
                                                    const PublicIds& ids);
/// The same, and what becomes of an answer once the window is closed.
[[nodiscard]] boost::json::object conversation_detail_json(const ConversationRecord& record, const Tenant& tenant,
                                                           TimePoint now, const PublicIds& ids);
[[nodiscard]] boost::json::object user_json(const UserRecord& record);
/// The same with the person's conversations.
[[nodiscard]] boost::json::object user_detail_json(const UserRecord& record, TimePoint now, const PublicIds& ids);
/// One of the tenant's numbers, of which `waiting` messages are in the outbox. Never a secret, only when it was set.
[[nodiscard]] boost::json::object number_json(const Tenant& tenant, const std::string& phone_number_id,
                                              std::int64_t waiting);
[[nodiscard]] boost::json::object agent_json(const Tenant& tenant, const Agent& agent);
/// The same as it can be edited. A user name or password in its address is not shown.
[[nodiscard]] boost::json::object agent_detail_json(const Tenant& tenant, const Agent& agent);
/// The tenant as a whole; `public_url` is how the outside reaches the webhooks.
[[nodiscard]] boost::json::object tenant_json(const Tenant& tenant, std::string_view public_url, const Stored& stored);
[[nodiscard]] boost::json::object secret_json(const SecretView& secret);
/// Never the token itself.
[[nodiscard]] boost::json::object token_json(const TokenRow& token, const PublicIds& ids);
[[nodiscard]] boost::json::object audit_json(const AuditRow& row, const PublicIds& ids);

}  // namespace claw
