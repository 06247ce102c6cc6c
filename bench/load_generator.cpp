#include <cstdio>
#include <random>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "http_load.hpp"

namespace {

using namespace claw::bench;

struct Asked {
  LoadOptions load;
  WebhookPlan webhooks;
  std::string empty_path = "/healthz";
  std::int64_t seconds_ms = 5'000, warm_up_ms = 500;
  std::size_t count = 100'000;
  std::string token, template_name;
  std::uint64_t first_number = 0, numbers = 1, people = 64;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ms(std::chrono::nanoseconds duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

boost::json::object told(const LoadResult& result, double cpu) {
  boost::json::object statuses;
  for (const auto& [status, count] : result.statuses) statuses[std::to_string(status)] = count;
  return {{"sent", result.sent},
          {"answered", result.answered},
          {"failures", result.failures},
          {"statuses", statuses},
          {"answered_per_second", result.answered_per_second},
          {"jobs_per_second", result.jobs_per_second},
          {"p50_ms", ms(result.latency.quantile(0.5))},
          {"p99_ms", ms(result.latency.quantile(0.99))},
          {"p999_ms", ms(result.latency.quantile(0.999))},
          {"max_ms", ms(result.latency.max())},
          {"ran_out", result.ran_out},
          {"cpu_seconds", cpu}};
}

int run(Asked& asked, RequestList requests) {
  asked.load.duration = std::chrono::milliseconds(asked.seconds_ms);
  asked.load.warm_up = std::chrono::milliseconds(asked.warm_up_ms);
  const double before = cpu_seconds();
  const auto result = run_load(asked.load, requests);
  fmt::print("{}\n", boost::json::serialize(told(result, cpu_seconds() - before)));
  return 0;
}

void add_load_options(CLI::App& app, Asked& asked) {
  app.add_option("--port", asked.load.port, "of the server, on 127.0.0.1")->required();
  app.add_option("--connections", asked.load.connections)->capture_default_str();
  app.add_option("--ms", asked.seconds_ms, "how long it measures")->capture_default_str();
  app.add_option("--warm-up-ms", asked.warm_up_ms, "before it measures")->capture_default_str();
  app.add_option("--rate", asked.load.rate, "requests a second; latency counts from when each was due; 0: as they go");
  app.add_option("--window", asked.load.window, "jobs that are open at once; needs --figures and --figure");
  app.add_option("--figures", asked.load.figures_path, "path of a JSON page of the same server");
  app.add_option("--figure", asked.load.figure, "its member that counts finished jobs");
  app.add_option("--figures-per-job", asked.load.figures_per_job, "by how much a job raises it")->capture_default_str();
  app.add_option("--count", asked.count, "requests that are made beforehand")->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Gives a server load and tells what it took, as one line of JSON."};
  app.require_subcommand(1)->fallthrough();
  Asked asked;
  add_load_options(app, asked);
  auto* empty = app.add_subcommand("empty", "The same GET again and again, with the head and body of a webhook");
  empty->add_option("--path", asked.empty_path)->capture_default_str();
  auto* webhooks = app.add_subcommand("webhooks", "Signed webhooks, each with a new message");
  asked.webhooks.seed = std::random_device{}();
  webhooks->add_option("--path", asked.webhooks.path)->required();
  webhooks->add_option("--secret", asked.webhooks.app_secret, "the bench's own, worth nothing")->required();
  webhooks->add_option("--number", asked.webhooks.phone_number_id)->required();
  webhooks->add_option("--users", asked.webhooks.users)->capture_default_str();
  webhooks->add_option("--seed", asked.webhooks.seed, "default: another one each time");
  auto* people = app.add_subcommand("people", "People of the simulator write to business numbers");
  people->add_option("--first-number", asked.first_number)->required();
  people->add_option("--numbers", asked.numbers)->capture_default_str();
  people->add_option("--people", asked.people, "at each number")->capture_default_str();
  auto* campaign = app.add_subcommand("campaign", "Templates to ever new people, by the gateway's API");
  campaign->add_option("--token", asked.token, "of the API")->required();
  campaign->add_option("--template", asked.template_name)->required();

  CLI11_PARSE(app, argc, argv);
  try {
    if (*empty) return run(asked, empty_requests(asked.empty_path));
    if (*webhooks) return run(asked, webhook_requests(asked.webhooks, asked.count));
    if (*campaign) return run(asked, campaign_requests(asked.token, asked.template_name, asked.count));
    return run(asked, people_requests(asked.first_number, asked.numbers, asked.people, asked.count));
  } catch (const std::exception& error) {
    fmt::print(stderr, "load_generator: {}\n", error.what());
    return 1;
  }
}
