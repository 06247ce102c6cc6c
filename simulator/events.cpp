#include "simulator/events.hpp"

#include <boost/json.hpp>

namespace claw::sim {

void Events::publish(std::string_view phone, std::string_view name, const boost::json::object& data) {
  if (heard(phone)) EventHub::publish(phone, name, boost::json::serialize(data));
}

}  // namespace claw::sim
