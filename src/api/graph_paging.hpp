#pragma once

#include <string_view>

#include <boost/json.hpp>

namespace claw {

/// The parameters of a call of the Graph API that Meta gets from a tenant's programs; all others, tokens above all,
/// stay here. Only for .cpp files of api/.
[[nodiscard]] bool is_passed_on(std::string_view parameter);

/// Makes the links of a list's pages (paging.next, paging.previous, wherever they stand) lead to the same page here:
/// Meta's own carry the access token that the list was read with. A link that cannot be read goes. Pure.
void lead_here(boost::json::value& answer, std::string_view outside_url);

}  // namespace claw
