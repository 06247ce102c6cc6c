#pragma once

#include <expected>

#include <boost/json.hpp>

#include "api/guard.hpp"
#include "base/public_id.hpp"
#include "conversation/desk.hpp"
#include "ledger/ledger.hpp"
#include "net/http.hpp"

namespace claw {

/// What a client wants to be sent: a Cloud API message object, or `{"text": "…"}` for short. `reply_to` is one of our
/// ids of a message of the conversation, or a wamid. Fails with the answer for the client. Only for .cpp files of api/.
[[nodiscard]] Task<std::expected<whatsapp::Outgoing, net::HttpResponse>> outgoing_in(boost::json::object body,
                                                                                     TenantId tenant, Ledger& ledger,
                                                                                     const PublicIds& ids);

/// Who says it, as people see it: a token may have no label.
[[nodiscard]] std::string name_of(const Caller& caller);

/// Why something was not put into the outbox, with a type that a program can tell apart.
[[nodiscard]] net::HttpResponse not_said(HandReply::Kind kind);
/// The same where Meta would not take the template.
[[nodiscard]] net::HttpResponse bad_template(const whatsapp::TemplateRefusal& refusal);

}  // namespace claw
