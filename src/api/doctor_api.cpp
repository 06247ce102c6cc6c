#include "api/doctor_api.hpp"

#include <cstdlib>

#include <boost/json.hpp>

#include "api/json_view.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"

namespace claw {
namespace {

namespace json = boost::json;

/// Meta's code in what was seen: Graph's refusals are told as "ADVICE (Meta's code 190/463: …)". 0: there is none.
std::int64_t code_in(std::string_view seen) {
  constexpr std::string_view kBefore = "(Meta's code ";
  const auto at = seen.find(kBefore);
  if (at == std::string_view::npos) return 0;
  return std::strtoll(std::string(seen.substr(at + kBefore.size())).c_str(), nullptr, 10);
}

/// Meta's code of what is wrong: of its refusal, or that with which it would refuse each send. 0: there is none.
std::int64_t code_of(const json::object& check) {
  constexpr std::int64_t kTokenDead = 190;
  constexpr std::int64_t kNotPermitted = 10;
  if (const auto code = code_in(check.at("seen").as_string()); code != 0) return code;
  if (check.at("severity") != "error") return 0;
  return check.at("id") == "token_alive" ? kTokenDead : check.at("id") == "token_permissions" ? kNotPermitted : 0;
}

/// As the doctor tells it, and of each refusal of Meta's whose move it is and where Meta writes about it.
json::object with_errors(json::object diagnosis) {
  for (auto& check : diagnosis.at("checks").as_array())
    check.as_object()["error"] = error_json(code_of(check.as_object()));
  return diagnosis;
}

}  // namespace

void DoctorApi::add_routes(net::Router& router) {
  guard_.add(router, "GET", "/api/v1/doctor", Permission::kSettingsRead,
             [this](net::HttpRequest& request, const Caller& caller) { return examine(request, caller); });
}

Task<net::HttpResponse> DoctorApi::examine(net::HttpRequest& request, const Caller& caller) {
  Doctor::Question question{.number = words_of(request, "number"), .user = words_of(request, "user")};
  if (const auto part = words_of(request, "part"); !part.empty()) {
    question.part = doctor_part_named(part);
    if (!question.part)
      co_return problem(400, "Bad request",
                        "part is settings, meta, address, agents, speech, gateway or person, or left out for all.");
  }
  const auto diagnosis = co_await doctor_.examine(caller.tenant, std::move(question));
  if (!diagnosis) co_return problem_of(diagnosis.error());
  co_return net::json_response(200, json::serialize(with_errors(diagnosis_json(*diagnosis))));
}

}  // namespace claw
