#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "simulator/meta.hpp"

namespace claw::sim {

/// Reads what a person is to write from the body of POST /_sim/phones/{wa_id}/messages:
/// {"text"} or {"type": T, T: {content as Meta's webhook has it}}, and with either "to", "name", "reply_to", "context",
/// "referral", "errors", "identity", "origin", "group_id". The content of a file is {"bytes_base64", "mime_type", …}.
/// README.md beside this file has the types.
///
/// Pure. Fails with kInvalid and what is wrong in words.
[[nodiscard]] Result<Meta::Words> read_person_message(const boost::json::object& body);

}  // namespace claw::sim
