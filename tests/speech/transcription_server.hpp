#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include "support/eventually.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace claw::testing {

/// The transcription server of tests as a process; refuses with `fails` where not empty.
class TranscriptionServer {
 public:
  explicit TranscriptionServer(const std::string& fails)
      : out_(folder_.file("port")),
        process_({"/bin/sh", "-c", "exec \"$0\" \"$1\" >\"$2\"", CLAW_NODE, CLAW_TRANSCRIPTION_STUB, out_},
                 folder_.file("log"), {"FAIL=" + fails, std::string("TRANSCRIBE=") + CLAW_TRANSCRIBE_FILE}) {
    const auto listens = [this] { return read_file(out_).ends_with('\n'); };
    if (!eventually(listens, std::chrono::seconds(30))) throw std::runtime_error("the server does not start");
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(std::stoi(read_file(out_))); }
  void kill() { process_.kill(); }

 private:
  TempDir folder_;
  std::string out_;
  Process process_;
};

}  // namespace claw::testing
