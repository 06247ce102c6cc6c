#pragma once

#include "net/router.hpp"
#include "simulator/guarded.hpp"
#include "simulator/meta.hpp"

namespace claw::sim {

/// The part of the control API that makes things go wrong: /_sim/faults. README.md beside this file has the shapes.
class FaultControl {
 public:
  /// `meta` must outlive this object and the router's use.
  explicit FaultControl(Guarded<Meta>& meta) : meta_(meta) {}

  void add_routes(net::Router& router);

 private:
  net::HttpResponse list(const net::HttpRequest& request);
  net::HttpResponse set(const net::HttpRequest& request);
  net::HttpResponse clear(const net::HttpRequest& request);
  net::HttpResponse remove(const net::HttpRequest& request);

  Guarded<Meta>& meta_;
};

}  // namespace claw::sim
