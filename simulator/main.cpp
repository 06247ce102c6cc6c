#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "simulator/service.hpp"

namespace {

using namespace claw;

/// A file with an array of numbers, each in the shape that POST /_sim/numbers takes.
Result<std::vector<sim::Number>> read_numbers(const std::string& path, const sim::Limits& limits) {
  std::ifstream file(path);
  if (!file) return fail(ErrorKind::kInvalid, "cannot be read");
  std::stringstream text;
  text << file.rdbuf();
  boost::system::error_code error;
  const auto value = boost::json::parse(text.str(), error);
  if (error || !value.is_array()) return fail(ErrorKind::kInvalid, "is not a JSON array");
  std::vector<sim::Number> numbers;
  for (const auto& entry : value.get_array()) {
    if (!entry.is_object()) return fail(ErrorKind::kInvalid, "has an entry that is no object");
    auto number = sim::read_number(entry.get_object(), sim::Number{.limits = limits});
    if (!number) return std::unexpected(number.error());
    numbers.push_back(std::move(*number));
  }
  return numbers;
}

Result<std::vector<sim::Tick>> read_statuses(const std::string& text) {
  std::vector<sim::Tick> ticks;
  if (text == "none") return ticks;
  std::stringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    if (word == "sent")
      ticks.push_back(sim::Tick::kSent);
    else if (word == "delivered")
      ticks.push_back(sim::Tick::kDelivered);
    else if (word == "read")
      ticks.push_back(sim::Tick::kRead);
    else
      return fail(ErrorKind::kInvalid, fmt::format("\"{}\" is not one of sent, delivered, read", word));
  }
  return ticks;
}

/// Blocks the signals in this thread and all that it starts; whoever calls sigwait() gets them.
sigset_t take_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int run(sim::ServiceOptions options, std::size_t threads) {
  const sigset_t signals = take_signals();
  SystemClock clock;
  IoPool io(threads);
  sim::Service service(io, clock, std::move(options));
  if (const auto started = service.start(); !started) {
    fmt::print(stderr, "simulator: {}\n", started.error().message);
    return 2;
  }
  log::info("simulator.started port={}", service.port());
  int signal = 0;
  sigwait(&signals, &signal);
  log::info("simulator.stopping");
  service.stop();
  // Nothing here outlives the program, and a callback that hangs must not hold up its end.
  std::quick_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Meta as a program: a Graph API, webhooks, and a phone in the browser. For development and tests only."};
  sim::ServiceOptions options;
  std::string callback, numbers_file, statuses = "sent,delivered,read", limits = "meta";
  std::int64_t step_ms = options.habits.status_step.count();
  std::size_t threads = 2;
  app.set_version_flag("--version", std::string(CLAW_VERSION));
  app.add_option("--listen", options.listen, "address and port, or unix:/path")->capture_default_str();
  app.add_option("--callback", callback, "webhook address of the number that is there by default");
  app.add_option("--numbers", numbers_file, "JSON file with an array of numbers, in place of the default one");
  app.add_option("--status-delay-ms", step_ms, "from the send to `sent`, to `delivered`, to `read`: one step each")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  app.add_option("--statuses", statuses, "which statuses are reported: sent,delivered,read or none")
      ->capture_default_str();
  app.add_option("--limits", limits, "what numbers are held to: meta (throughput, pair rate, 24 h window) or none")
      ->check(CLI::IsMember({"meta", "none"}))
      ->capture_default_str();
  app.add_option("--seed", options.seed,
                 "makes ids and chances the same on each start; a business must forget what it knew");
  app.add_option("--threads", threads, "io threads")->check(CLI::Range(1, 64))->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  if (limits == "none") options.limits = sim::Limits::none();
  options.habits.status_step = std::chrono::milliseconds(step_ms);
  const auto ticks = read_statuses(statuses);
  if (!ticks) {
    fmt::print(stderr, "simulator: --statuses: {}\n", ticks.error().message);
    return 2;
  }
  options.habits.statuses = *ticks;
  if (!numbers_file.empty()) {
    auto numbers = read_numbers(numbers_file, options.limits);
    if (!numbers) {
      fmt::print(stderr, "simulator: {}: {}\n", numbers_file, numbers.error().message);
      return 2;
    }
    options.numbers = std::move(*numbers);
  } else {
    options.numbers.front().callback = callback;
    options.numbers.front().limits = options.limits;
  }
  return run(std::move(options), threads);
}
