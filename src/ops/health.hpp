#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "net/router.hpp"

namespace claw {

/// One thing that must work for the gateway to be useful.
struct Check {
  std::string name;
  std::function<std::string()> run;  ///< Empty: well. Else what is wrong. Quick; called on an io thread.
};

/// The operator's listener: `/healthz` (the process answers), `/readyz` (200 if every check is well, else 503; names
/// each), `/metrics` (with `more` behind, a page of other families). All must outlive the router.
void add_operator_routes(net::Router& router, const Metrics& metrics, std::vector<Check> checks,
                         std::function<std::string()> more);

}  // namespace claw
