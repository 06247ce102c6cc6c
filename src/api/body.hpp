#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/secret_string.hpp"
#include "net/http.hpp"

namespace claw {

/// What the body of a request says, beside what parameters.hpp has. Strict, so that a slip of the pen is told and not
/// passed over. Only for .cpp files of api/. Each of these fails with kInvalid and words for the client.

/// The body as a JSON object with no other members than `known`; wiped where it stood, for it may hold a secret. Where
/// there is nothing to say (`known` is empty) no body says it too.
[[nodiscard]] Result<boost::json::object> body_of(net::HttpRequest& request,
                                                  std::initializer_list<std::string_view> known);

/// A member; nothing where it is missing.
[[nodiscard]] Result<std::optional<std::string>> text_in(const boost::json::object& body, std::string_view name);
[[nodiscard]] Result<std::optional<bool>> flag_in(const boost::json::object& body, std::string_view name);
[[nodiscard]] Result<std::optional<std::int64_t>> integer_in(const boost::json::object& body, std::string_view name);
/// The same, and wiped where it stood.
[[nodiscard]] Result<std::optional<SecretString>> secret_in(boost::json::object& body, std::string_view name);

/// A list of texts; nothing where the value is something else.
[[nodiscard]] std::optional<std::vector<std::string>> texts_of(const boost::json::value& value);

}  // namespace claw
