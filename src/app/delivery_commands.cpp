#include "app/delivery_commands.hpp"

#include <cstdint>

namespace claw {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMostRows = 200;  // of one page, as the API has it

/// --limit and --before of a list that is newest first.
void add_paging(Asked& asked, CLI::App* list) {
  list->add_option_function<std::int64_t>(
          "--limit", [&asked](const std::int64_t& rows) { asked.arguments["limit"] = rows; }, "So many, at most (50)")
      ->check(CLI::Range(std::int64_t{1}, kMostRows));
  list->add_option_function<std::string>(
      "--before", [&asked](const std::string& id) { asked.arguments["before"] = id; },
      "Older ones than this: what the list before ended with");
}

void add_state(Asked& asked, CLI::App* sub, const char* about) {
  sub->add_option_function<std::string>(
      "--state", [&asked](const std::string& state) { asked.arguments["state"] = state; }, about);
}

/// `verb TENANT WEBHOOK`.
CLI::App* add_about_webhook(Asked& asked, CLI::App& group, const char* verb, const char* about,
                            std::function<void()> collect = {}) {
  auto* sub = add_command(asked, group, verb, about, std::string("webhooks.") + verb, true,
                          [&asked, collect = std::move(collect)] {
                            asked.arguments["webhook"] = asked.webhook;
                            if (collect) collect();
                          });
  sub->add_option("WEBHOOK", asked.webhook, "Its name, or its id")->required();
  return sub;
}

void add_url_and_events(Asked& asked, CLI::App* sub) {
  sub->add_option_function<std::string>(
      "--url", [&asked](const std::string& url) { asked.arguments["url"] = url; }, "Where events are posted");
  sub->add_option_function<std::vector<std::string>>(
      "--event",
      [&asked](const std::vector<std::string>& names) { asked.arguments["events"] = json::value_from(names); },
      "What it is told, several with spaces between: message.received, message.failed, …; webhooks list --json has "
      "all");
}

void add_changing_webhooks(Asked& asked, CLI::App& group) {
  auto* add = add_command(asked, group, "add", "Make one; its secret is shown this once", "webhooks.add", true,
                          [&asked] { asked.arguments["name"] = asked.name; });
  add->add_option("NAME", asked.name, "How it is called in lists")->required();
  add_url_and_events(asked, add);
  add->get_option("--url")->required();
  add->get_option("--event")->required();
  add->footer(
      "Example: clawcentral webhooks add acme orders --url https://shop.example.org/whatsapp --event message.received "
      "message.failed");

  auto* set = add_about_webhook(asked, group, "set", "Change what is named");
  add_url_and_events(asked, set);
  set->add_option_function<std::string>(
      "--name", [&asked](const std::string& name) { asked.arguments["name"] = name; }, "Call it so from now on");
  set->add_option_function<bool>(
      "--enabled", [&asked](const bool& enabled) { asked.arguments["enabled"] = enabled; },
      "false: nothing is kept for it any more; true: what waited goes on");
  set->footer("Example: clawcentral webhooks set acme orders --enabled true");

  add_about_webhook(asked, group, "rotate", "A new secret, shown this once; the old one signs too for 24 hours")
      ->footer("Example: clawcentral webhooks rotate acme orders");
  add_about_webhook(asked, group, "remove", "Take it away, with what waits for it")
      ->footer("Example: clawcentral webhooks remove acme orders");
}

}  // namespace

void add_dead_letter_commands(Asked& asked, CLI::App& app) {
  auto& group = *app.add_subcommand("dead-letters",
                                    "What ended badly: turns whose agent failed, sends that failed or are "
                                    "unknown")
                     ->require_subcommand(1);
  auto* list = add_command(asked, group, "list", "The newest ones, with the reason", "dead_letters.list", true);
  add_state(asked, list, "Only these: agent_failed, failed or unknown");
  add_paging(asked, list);
  list->footer("Needs a running gateway.\nExample: clawcentral dead-letters list acme --state agent_failed");

  auto* rerun =
      add_command(asked, group, "rerun", "Run them again, under their ids", "dead_letters.rerun", true, [&asked] {
        if (!asked.words.empty()) asked.arguments["ids"] = json::value_from(asked.words);
        asked.arguments["all"] = asked.all;
      });
  rerun->add_option("ID", asked.words, "Messages, from dead-letters list");
  rerun->add_flag("--all", asked.all, "All that are there now, each once");
  add_state(asked, rerun, "With --all, only these: agent_failed, failed or unknown");
  rerun->footer(
      "A turn is asked of the agent again, a send is given to Meta again. What is unknown may have arrived: running it "
      "again may show it twice.\n"
      "What is no dead letter any more is left alone. Needs a running gateway.\n"
      "Examples:\n  clawcentral dead-letters rerun acme m_3f2a90c14e5b6d78\n"
      "  clawcentral dead-letters rerun acme --all --state agent_failed");
}

void add_webhook_commands(Asked& asked, CLI::App& app) {
  auto& group =
      *app.add_subcommand("webhooks", "Where a tenant's programs are told what happens")->require_subcommand(1);
  add_command(asked, group, "list", "List them, with what waits", "webhooks.list", true)
      ->footer("Needs a running gateway, as all of these.\nExample: clawcentral webhooks list acme");
  add_about_webhook(asked, group, "show", "One with all that is known of it")
      ->footer("Example: clawcentral webhooks show acme orders");
  add_changing_webhooks(asked, group);
  add_about_webhook(asked, group, "test", "Send it a test and tell what it answered")
      ->footer("Exit code 1 where it did not take it.\nExample: clawcentral webhooks test acme orders");

  auto* log = add_about_webhook(asked, group, "log", "What was sent to it and what waits, the newest first");
  add_state(asked, log, "Only these: waiting, delivered, given_up or skipped");
  add_paging(asked, log);
  log->footer("Example: clawcentral webhooks log acme orders --state given_up");

  auto* replay = add_about_webhook(asked, group, "replay", "Send events again, under their ids", [&asked] {
    if (!asked.words.empty()) asked.arguments["events"] = json::value_from(asked.words);
  });
  replay->add_option("EVENT", asked.words, "Events, from webhooks log");
  for (const char* end : {"from", "to"})
    replay->add_option_function<std::string>(
        std::string("--") + end, [&asked, end](const std::string& time) { asked.arguments[end] = time; },
        "Instead: those of a time, such as 2026-11-29T05:00:00Z");
  add_state(asked, replay, "With --from and --to, only these: delivered, given_up or skipped");
  replay->footer(
      "Examples:\n  clawcentral webhooks replay acme orders n_3f2a90c14e5b6d78\n"
      "  clawcentral webhooks replay acme orders --from 2026-11-29T05:00:00Z --to 2026-11-29T06:00:00Z --state "
      "given_up");
}

}  // namespace claw
