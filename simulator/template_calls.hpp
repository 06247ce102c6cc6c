#pragma once

#include <expected>

#include <boost/json/object.hpp>

#include "net/router.hpp"
#include "simulator/graph.hpp"
#include "simulator/guarded.hpp"

namespace claw::sim {

/// Answers POST, GET and DELETE of {waba}/message_templates and POST, GET of {template}. REQUIRES: check_access()
/// allows the call; `waba` is the account, the call's object or its template's.
[[nodiscard]] std::expected<boost::json::object, GraphError> answer_template_call(Meta& meta, const GraphCall& call,
                                                                                  std::string_view waba);

/// Gives a template another status, as a review or a fall of its quality does, and sends the
/// message_template_status_update webhook to the account's callback. `reason` is "NONE" where it is empty.
void set_template_status(Meta& meta, Template& made, TemplateStatus status, std::string reason);

/// The part of the control API that stands for Meta's reviewers: /_sim/templates. README.md beside this file has the
/// shapes. `meta` must outlive the router's use.
void add_template_control(net::Router& router, Guarded<Meta>& meta);

}  // namespace claw::sim
