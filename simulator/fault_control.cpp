#include "simulator/fault_control.hpp"

#include <charconv>
#include <vector>

#include <boost/json.hpp>

#include "simulator/control_json.hpp"
#include "simulator/problem.hpp"

namespace claw::sim {

namespace json = boost::json;

namespace {

net::HttpResponse all_faults(Meta& meta) {
  json::array faults;
  for (const Fault& fault : meta.faults.all()) faults.push_back(fault_json(fault, meta.now()));
  return json_answer(200, json::object{{"faults", std::move(faults)}});
}

/// The faults in a body that is one or a list of them.
Result<std::vector<Fault>> read_faults(const json::value& body, TimePoint now) {
  std::vector<Fault> faults;
  const json::array one{body};
  for (const auto& entry : body.is_array() ? body.get_array() : one) {
    if (!entry.is_object()) return fail(ErrorKind::kInvalid, "a fault is an object");
    auto fault = read_fault(entry.get_object(), now);
    if (!fault) return std::unexpected(fault.error());
    faults.push_back(std::move(*fault));
  }
  return faults;
}

}  // namespace

void FaultControl::add_routes(net::Router& router) {
  add_route(router, "GET", "/_sim/faults", [this](const auto& request) { return list(request); });
  add_route(router, "POST", "/_sim/faults", [this](const auto& request) { return set(request); });
  add_route(router, "DELETE", "/_sim/faults", [this](const auto& request) { return clear(request); });
  add_route(router, "DELETE", "/_sim/faults/{id}", [this](const auto& request) { return remove(request); });
}

net::HttpResponse FaultControl::list(const net::HttpRequest&) {
  return meta_.with([](Meta& meta) { return all_faults(meta); });
}

net::HttpResponse FaultControl::set(const net::HttpRequest& request) {
  const auto body = body_json(request);
  if (!body) return problem(body.error());
  return meta_.with([&](Meta& meta) {
    auto faults = read_faults(*body, meta.now());
    if (!faults) return problem(faults.error());
    json::array set;
    for (auto& fault : *faults) {
      const auto id = meta.faults.add(std::move(fault));
      if (!id) return problem(id.error());
      set.push_back(fault_json(meta.faults.all().back(), meta.now()));
    }
    meta.events.publish({}, "faults", {});
    return json_answer(201, json::object{{"faults", std::move(set)}});
  });
}

net::HttpResponse FaultControl::clear(const net::HttpRequest&) {
  return meta_.with([](Meta& meta) {
    meta.faults.clear();
    meta.events.publish({}, "faults", {});
    return all_faults(meta);
  });
}

net::HttpResponse FaultControl::remove(const net::HttpRequest& request) {
  const std::string text(request.param("id"));
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return meta_.with([&](Meta& meta) {
    if (!meta.faults.remove(id)) return problem(404, "Not there", "there is no such fault");
    meta.events.publish({}, "faults", {});
    return all_faults(meta);
  });
}

}  // namespace claw::sim
