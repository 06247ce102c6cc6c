#include "api/doctor_api.hpp"

#include <boost/json.hpp>

#include "api/parameters.hpp"
#include "api/problem.hpp"

namespace claw {

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
  co_return net::json_response(200, boost::json::serialize(diagnosis_json(*diagnosis)));
}

}  // namespace claw
