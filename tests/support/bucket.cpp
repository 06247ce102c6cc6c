#include "support/bucket.hpp"

#include <stdexcept>

#include "support/eventually.hpp"
#include "support/http_call.hpp"

namespace claw::testing {

Bucket::Bucket() {
  start();
}

void Bucket::start() {
  process_ = std::make_unique<Process>(
      std::vector<std::string>{CLAW_NODE, CLAW_S3RVER, "-d", folder_.path(), "-a", "127.0.0.1", "-p",
                               std::to_string(port_), "--configure-bucket", kName, "--silent"},
      folder_.file("log"));
  const auto answers = [this] {
    try {
      return http_call(port_, "GET", std::string("/") + kName).status != 0;
    } catch (const std::exception&) {
      return false;
    }
  };
  if (!eventually(answers, std::chrono::seconds(20)))
    throw std::runtime_error("the bucket does not answer: are the packages of tests/e2e installed (make setup)?");
}

}  // namespace claw::testing
