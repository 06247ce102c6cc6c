#include <fstream>
#include <iostream>
#include <signal.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "app/asked.hpp"
#include "app/cli.hpp"
#include "app/delivery_commands.hpp"
#include "app/gateway.hpp"
#include "base/log.hpp"
#include "base/secret_string.hpp"

extern char** environ;

namespace claw {
namespace {

namespace json = boost::json;

constexpr int kFailed = 1;
constexpr int kBadConfig = 2;
/// Three listeners of net::ServerLimits::max_connections and what calls out.
constexpr rlim_t kDescriptors = 40'000;
/// Beyond this a stop is not waited for: everything that matters is on disk, and an orchestrator kills after 10 s.
constexpr std::chrono::milliseconds kStopLimit{9'500};

/// Memory holds tenants' secrets: it must not end up in a file or in another process' hands.
void keep_memory_private() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::umask(077);  // what we write is ours alone, in whatever folder it comes to lie
}

/// Systems start a program with few descriptors and let it ask for more; each connection of a stranger takes one, and
/// the ledger must not be the one that finds none.
void allow_many_connections() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::max(files.rlim_cur, std::min<rlim_t>(files.rlim_max, kDescriptors));
  ::setrlimit(RLIMIT_NOFILE, &files);
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  return variables;
}

log::Level level_named(const std::string& name) {
  if (name == "debug") return log::Level::kDebug;
  if (name == "warn") return log::Level::kWarn;
  if (name == "error") return log::Level::kError;
  return log::Level::kInfo;
}

int serve(const Config& config) {
  // Before any thread is made, so that all of them leave these signals to the one that waits for them.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  allow_many_connections();
  auto gateway = Gateway::start(config);
  if (!gateway) {
    fmt::print(stderr, "clawcentral: {}\n", gateway.error().message);
    return kFailed;
  }
  if (const auto link = (*gateway)->setup_link(); !link.empty()) {
    // For the person at the keyboard, not for the log: it is as good as a password, once.
    fmt::print(stderr,
               "\n  Nobody is the platform's admin yet. To become it, open this link; it works once, until the next"
               "\n  start:\n\n    {}\n\n",
               link);
  }
  int signal = 0;
  ::sigwait(&stops, &signal);
  log::info("gateway.stopping signal={}", signal);
  std::thread([stops] {
    const auto deadline = kStopLimit;
    const timespec limit{deadline.count() / 1000, deadline.count() % 1000 * 1'000'000};
    const bool again = ::sigtimedwait(&stops, nullptr, &limit) > 0;
    log::warn("gateway.stopped_at_once reason={}", again ? "second_signal" : "time_limit");
    ::_exit(again ? kFailed : 0);
  }).detach();
  (*gateway)->stop();
  gateway->reset();
  log::info("gateway.stopped");
  // The thread above still waits for a second signal.
  ::_exit(0);
}

void add_tenant_commands(Asked& asked, CLI::App& app) {
  auto& group = *app.add_subcommand("tenant", "Tenants: who has a number and an agent here")->require_subcommand(1);
  add_command(asked, group, "create", "Make a tenant; its name is part of its host name", "tenant.create", true);
  add_command(asked, group, "list", "List the tenants", "tenant.list", false);
  add_command(asked, group, "show", "Show a tenant and what it still lacks", "tenant.show", true);
  add_command(asked, group, "disable", "Answer 503 to its webhooks and send nothing for it", "tenant.disable", true);
  add_command(asked, group, "enable", "Undo disable", "tenant.enable", true);
}

void add_secret_commands(Asked& asked, CLI::App& app) {
  auto& group = *app.add_subcommand("secret", "A tenant's secrets and Meta's ids")->require_subcommand(1);
  auto* set = add_command(asked, group, "set", "Set one; the value comes from standard input or --file", "secret.set",
                          true, [&asked] {
                            asked.arguments["name"] = asked.name;
                            if (!asked.description.empty()) asked.arguments["description"] = asked.description;
                            if (!asked.keeps_value) asked.arguments["value"] = read_value(asked.value_file);
                          });
  set->add_option("NAME", asked.name,
                  "WHATSAPP_ACCESS_TOKEN, WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN, "
                  "WHATSAPP_PHONE_NUMBER_ID, WHATSAPP_WABA_ID, WHATSAPP_APP_ID")
      ->required();
  set->add_option("--file", asked.value_file, "Read the value from this file");
  auto* description = set->add_option("--description", asked.description, "What it is for; only of names of your own");
  set->add_flag("--keep-value", asked.keeps_value, "Only describe it anew")->needs(description);
  set->footer("Example: clawcentral secret set acme WHATSAPP_APP_SECRET < app-secret.txt");
  add_command(asked, group, "list", "Which are set, and since when", "secret.list", true);
  auto* gone = add_command(asked, group, "delete", "Delete one", "secret.delete", true,
                           [&asked] { asked.arguments["name"] = asked.name; });
  gone->add_option("NAME", asked.name, "Its name")->required();
}

void add_person_commands(Asked& asked, CLI::App& app) {
  auto& group = *app.add_subcommand("person", "Who signs in to the pages")->require_subcommand(1);
  const auto with_email = [&](CLI::App* sub) { sub->add_option("EMAIL", asked.email, "Their e-mail")->required(); };
  const auto with_password = [&](CLI::App* sub) {
    sub->add_option("--file", asked.value_file, "Read the password from this file, not from standard input");
  };
  const auto email = [&asked] { asked.arguments["email"] = asked.email; };
  auto* create = add_command(asked, group, "create", "Make a person; the password comes from standard input or --file",
                             "person.create", false, [&asked] {
                               asked.arguments["email"] = asked.email;
                               asked.arguments["name"] = asked.name;
                               asked.arguments["platform_admin"] = asked.platform_admin;
                               asked.arguments["password"] = read_value(asked.value_file);
                             });
  with_email(create);
  with_password(create);
  create->add_option("--name", asked.name, "How they are called");
  create->add_flag("--platform-admin", asked.platform_admin, "They may do all, in every tenant");
  create->footer("Example: clawcentral person create ada@example.org --platform-admin < password.txt");
  add_command(asked, group, "list", "List them", "person.list", false);
  with_email(add_command(asked, group, "disable", "End their sessions and let them in no more", "person.disable", false,
                         email));
  with_email(add_command(asked, group, "enable", "Undo disable", "person.enable", false, email));
  auto* reset = add_command(asked, group, "reset-password", "Set a new password and end their sessions",
                            "person.reset_password", false, [&asked] {
                              asked.arguments["email"] = asked.email;
                              asked.arguments["password"] = read_value(asked.value_file);
                            });
  with_email(reset);
  with_password(reset);
  with_email(add_command(asked, group, "totp-off", "Turn the second factor off, for who has lost it", "person.totp_off",
                         false, email));
  add_command(asked, group, "setup-link", "A new link that makes the first platform admin", "person.setup_link", false);

  auto& members = *app.add_subcommand("member", "Who works with a tenant")->require_subcommand(1);
  auto* add = add_command(asked, members, "add", "Let a person work with a tenant", "member.add", true, [&asked] {
    asked.arguments["email"] = asked.email;
    asked.arguments["role"] = asked.role;
  });
  with_email(add);
  add->add_option("--role", asked.role, "viewer, operator, admin or owner")->required();
  add_command(asked, members, "list", "List them", "member.list", true);
  with_email(add_command(asked, members, "remove", "Let them no more", "member.remove", true, email));
}

void add_other_commands(Asked& asked, CLI::App& app) {
  auto& tokens = *app.add_subcommand("token", "API tokens of a tenant")->require_subcommand(1);
  auto* create =
      add_command(asked, tokens, "create", "Make one; it is shown this once", "token.create", true, [&asked] {
        asked.arguments["label"] = asked.label;
        if (!asked.scopes.empty()) asked.arguments["scopes"] = json::value_from(asked.scopes);
        if (asked.expires_days > 0) asked.arguments["expires_in_days"] = asked.expires_days;
      });
  create->add_option("--label", asked.label, "What it is for");
  create->add_option("--scope", asked.scopes,
                     "What it may do, several with spaces between: inbox.read, inbox.write, pairing, settings.read, "
                     "settings.write, members, audit.read (all of these where nothing is said), platform");
  create->add_option("--expires-days", asked.expires_days, "How long it lasts (for good)")->check(CLI::Range(1, 3650));
  add_command(asked, tokens, "list", "List them, without the tokens themselves", "token.list", true);
  auto* revoke = add_command(asked, tokens, "revoke", "Make one useless", "token.revoke", true,
                             [&asked] { asked.arguments["id"] = asked.id; });
  revoke->add_option("ID", asked.id, "Its number, from token list")->required();

  auto& agents = *app.add_subcommand("agent", "Who answers")->require_subcommand(1);
  auto* agent = add_command(asked, agents, "set", "Make or change an agent", "agent.set", true, [&asked] {
    asked.arguments["agent"] = asked.agent;
    asked.arguments["kind"] = asked.kind;
    asked.arguments["default"] = asked.make_default;
    if (!asked.system_file.empty()) asked.options["system_prompt"] = read_value(asked.system_file);
    asked.arguments["options"] = asked.options;
  });
  agent->add_option("AGENT", asked.agent, "Its name")->required();
  agent
      ->add_option("--kind", asked.kind,
                   "echo; openai: a server that speaks chat completions; http: a program of yours; cloud-api: a bot "
                   "for Meta's webhooks")
      ->required();
  const auto text_option = [&asked, agent](const char* flag, const char* name, const char* about) {
    agent->add_option_function<std::string>(
        flag, [&asked, name](const std::string& value) { asked.options[name] = value; }, about);
  };
  const auto number_option = [&asked, agent](const char* flag, const char* name, const char* about) {
    agent->add_option_function<std::int64_t>(
        flag, [&asked, name](const std::int64_t& value) { asked.options[name] = value; }, about);
  };
  text_option("--format", "format",
              "What it writes: markdown (openai's default) is put into WhatsApp's styles, whatsapp has them, plain "
              "(echo's default) is sent as it is");
  text_option("--url", "url",
              "openai: the server, such as https://api.example.org; http, cloud-api: where messages are posted");
  text_option("--model", "model", "openai: the model's name");
  text_option("--key-secret", "key_secret",
              "The tenant's secret that holds the API key; http, cloud-api: what posts are signed with");
  text_option("--apology", "apology", "What a person reads when the agent fails; empty: nothing");
  number_option("--history-turns", "history_turns", "openai: earlier turns the model sees, at most (20)");
  number_option("--history-tokens", "history_tokens", "openai: tokens of prompt, history and message (8000)");
  number_option("--timeout", "timeout", "Seconds for a whole answer (120)");
  agent->add_option("--system-file", asked.system_file, "openai: file with the system prompt");
  agent->add_flag_function(
      "--stream", [&asked](std::int64_t) { asked.options["stream"] = true; }, "openai: ask for server-sent events");
  agent->footer(
      "Examples:\n  clawcentral agent set acme echo --kind echo\n"
      "  clawcentral secret set acme MODEL_KEY < key.txt\n"
      "  clawcentral agent set acme helper --kind openai --url https://api.example.org --model small "
      "--key-secret MODEL_KEY --default");
  agent->add_flag("--default", asked.make_default, "It answers where nothing else is said (the first one does anyway)");

  auto* gone = add_command(asked, agents, "delete", "Delete an agent", "agent.delete", true,
                           [&asked] { asked.arguments["agent"] = asked.agent; });
  gone->add_option("AGENT", asked.agent, "Its name")->required();

  auto& audit = *app.add_subcommand("audit", "Who changed what")->require_subcommand(1);
  auto* entries = add_command(asked, audit, "list", "The newest 200 changes of a tenant", "audit.list", true,
                              [&asked] { asked.arguments["search"] = asked.search; });
  entries->add_option("--search", asked.search, "Only those with these words");
}

void add_channel_commands(Asked& asked, CLI::App& app) {
  auto& channels = *app.add_subcommand("channel", "Who may talk, in general")->require_subcommand(1);
  auto* channel = add_command(asked, channels, "set", "Set the policy of a tenant's numbers, or of one", "channel.set",
                              true, [&asked] {
                                if (asked.policy != "default") asked.arguments["policy"] = asked.policy;
                                asked.arguments["number"] = asked.number;
                              });
  channel
      ->add_option(
          "--policy", asked.policy,
          "open: everybody is answered; pairing: who is new gets a code and waits to be let in; allowlist: only "
          "who is on the list; disabled: nobody; default: with --number, as the tenant's others")
      ->required();
  channel->add_option("--number", asked.number, "Only of this phone number id");
  channel->footer("Example: clawcentral channel set acme --policy pairing");

  auto& conversations = *app.add_subcommand("conversations", "How conversations are held")->require_subcommand(1);
  add_command(asked, conversations, "show", "What is set", "conversations.show", true);
  auto* set = add_command(asked, conversations, "set", "Change what is named", "conversations.set", true,
                          [&asked] { asked.arguments.insert(asked.options.begin(), asked.options.end()); });
  const auto number = [&asked, set](const char* flag, const char* name, const char* about) {
    set->add_option_function<std::int64_t>(
        flag, [&asked, name](const std::int64_t& value) { asked.options[name] = value; }, about);
  };
  const auto list = [&asked, set](const char* flag, const char* name, const char* about) {
    set->add_option_function<std::vector<std::string>>(
        flag, [&asked, name](const std::vector<std::string>& value) { asked.options[name] = json::value_from(value); },
        about);
  };
  set->add_option_function<std::string>(
      "--queue", [&asked](const std::string& mode) { asked.options["queue"] = mode; },
      "Messages during a turn: collect (one later turn), followup (a turn each), interrupt (the newest counts)");
  number("--debounce-ms", "debounce_ms", "Wait for this much quiet before a turn begins (0: none)");
  number("--max-merged", "max_merged", "Messages that share a turn, at most (20)");
  number("--idle-reset-minutes", "idle_reset_minutes", "A session ends after so long without a message (0: never)");
  number("--daily-reset-minute", "daily_reset_minute", "Sessions end at this minute of the day, UTC (-1: never)");
  number("--take-over-minutes", "take_over_minutes", "How long a person who answered keeps a conversation (60)");
  number("--max-pending", "max_pending", "Strangers that may wait at a number (3)");
  list("--owners", "owners", "Who may use /agent, /pause and /resume: phone numbers");
  list("--opt-out-words", "opt_out_words", "What a person writes to hear nothing more (STOP)");
  list("--opt-in-words", "opt_in_words", "What they write to hear from us again (START)");
  set->add_option_function<bool>(
      "--approval-notice", [&asked](const bool& value) { asked.options["approval_notice"] = value; },
      "Tell whoever is let in that they are (false)");
  set->footer("Example: clawcentral conversations set acme --queue followup --idle-reset-minutes 120");
}

void add_access_commands(Asked& asked, CLI::App& app) {
  const auto number = [&asked](CLI::App* sub) {
    sub->add_option("--number", asked.number, "Only at this phone number id");
    return sub;
  };
  const auto at_number = [&asked] { asked.arguments["number"] = asked.number; };
  auto& pairing = *app.add_subcommand("pairing", "Strangers who wait to be let in")->require_subcommand(1);
  number(add_command(asked, pairing, "list", "Who waits, with their codes", "pairing.list", true, at_number))
      ->footer("Example: clawcentral pairing list acme");
  const std::pair<const char*, const char*> decisions[] = {{"approve", "Let them in; what they wrote is answered"},
                                                           {"reject", "Turn them away; they may ask again"},
                                                           {"block", "Turn them away for good"}};
  for (const auto& [verb, about] : decisions) {
    auto* decide = add_command(asked, pairing, verb, about, std::string("pairing.") + verb, true, [&asked, at_number] {
      at_number();
      asked.arguments["codes"] = json::value_from(asked.words);
      asked.arguments["all"] = asked.all;
    });
    decide->add_option("CODE", asked.words, "The codes that they were told");
    number(decide)->add_flag("--all", asked.all, "Everybody who waits");
    decide->footer(fmt::format("Example: clawcentral pairing {} acme ABCD2345", verb));
  }

  auto& access = *app.add_subcommand("access", "Who may talk, one by one")->require_subcommand(1);
  number(add_command(asked, access, "list", "Allowed, waiting, blocked, opted out", "access.list", true,
                     [&asked, at_number] {
                       at_number();
                       asked.arguments["search"] = asked.search;
                     }))
      ->add_option("--search", asked.search, "Whose number or name begins so");
  const std::pair<const char*, const char*> standings[] = {{"allow", "Put them on the allowlist"},
                                                           {"block", "Answer them nothing, whatever the policy"},
                                                           {"remove", "Take back what was decided about them"}};
  for (const auto& [verb, about] : standings) {
    auto* set = add_command(asked, access, verb, about, std::string("access.") + verb, true, [&asked, at_number] {
      at_number();
      asked.arguments["addresses"] = json::value_from(asked.words);
      asked.arguments["name"] = asked.label;
    });
    set->add_option("ADDRESS", asked.words, "Phone numbers or BSUIDs")->required();
    number(set)->add_option("--name", asked.label, "What to call them in lists");
    set->footer(fmt::format("Example: clawcentral access {} acme \"+49 151 12345678\"", verb));
  }
}

void add_doctor_command(Asked& asked, CLI::App& app) {
  auto* doctor = add_command(asked, app, "doctor", "Find out why messages do not come or are not answered", "doctor",
                             true, [&asked] {
                               asked.arguments["number"] = asked.number;
                               asked.arguments["user"] = asked.from;
                             });
  doctor->add_option("--number", asked.number, "The phone number id; else the tenant's first");
  doctor->add_option("--user", asked.from, "Also: may this person write, and be written to? A phone number or a BSUID");
  doctor->footer(
      "Asks Meta, the public address, agents and speech providers. Exit code 1 where something is wrong. Needs a "
      "running "
      "gateway.\nExample: clawcentral doctor acme --user \"+49 151 12345678\"");
}

void add_routing_commands(Asked& asked, CLI::App& app) {
  auto& routing = *app.add_subcommand("routing", "Which agent answers whom")->require_subcommand(1);
  add_command(asked, routing, "show", "The rules", "routing.show", true);
  auto* set = add_command(asked, routing, "set", "Set all rules; JSON from standard input or --file", "routing.set",
                          true, [&asked] {
                            boost::system::error_code fault;
                            auto given = json::parse(read_value(asked.value_file), fault);
                            if (fault) throw CLI::ValidationError("rules", "are no JSON: " + fault.message());
                            // As routing show has them, or the rules alone.
                            if (given.is_object())
                              asked.arguments.insert(given.get_object().begin(), given.get_object().end());
                            else
                              asked.arguments["rules"] = std::move(given);
                            asked.arguments["tenant"] = asked.tenant;
                          });
  set->add_option("--file", asked.value_file, "Read the rules from this file");
  set->footer(
      "Kinds: peer, peer_prefix, referral, keyword, pattern, number, channel; tried in this order.\n"
      "To edit them: clawcentral --json routing show acme > rules.json, then routing set acme --file rules.json\n"
      "Example: echo '[{\"by\": \"keyword\", \"value\": \"help\", \"agent\": \"support\"}]' | clawcentral routing set "
      "acme");
  auto* explain = add_command(asked, routing, "explain", "Who would answer, and why; sends nothing", "routing.explain",
                              true, [&asked] {
                                asked.arguments["from"] = asked.from;
                                asked.arguments["number"] = asked.number;
                                asked.arguments["text"] = asked.text;
                                asked.arguments["source_id"] = asked.source_id;
                              });
  explain->add_option("--from", asked.from, "Who writes: a phone number or a BSUID")->required();
  explain->add_option("--number", asked.number, "The phone number id they write to");
  explain->add_option("--text", asked.text, "What they write");
  explain->add_option("--source-id", asked.source_id, "The ad they came by");
  explain->footer("Example: clawcentral routing explain acme --from \"+49 151 12345678\" --text help");
}

std::string default_config() {
  if (const char* named = std::getenv("CLAWCENTRAL_CONFIG")) return named;
  return std::ifstream("clawcentral.toml") ? "clawcentral.toml" : "";
}

int run(int argc, char** argv) {
  Asked asked;
  CLI::App app{"ClawCentral connects WhatsApp to AI agents over Meta's Cloud API."};
  app.set_version_flag("--version", CLAW_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--config", asked.config_path,
                 "TOML file (default: $CLAWCENTRAL_CONFIG, else clawcentral.toml here, else built-in defaults)");
  app.add_flag("--json", asked.as_json, "Answer as JSON");
  auto* serve_command = app.add_subcommand("serve", "Run the gateway in the foreground");
  serve_command->add_flag("--check-config", asked.check_only, "Read the configuration, tell every fault, and end");
  serve_command->callback([&asked] { asked.serve = true; });
  add_tenant_commands(asked, app);
  add_secret_commands(asked, app);
  add_person_commands(asked, app);
  add_other_commands(asked, app);
  add_channel_commands(asked, app);
  add_access_commands(asked, app);
  add_routing_commands(asked, app);
  add_doctor_command(asked, app);
  add_dead_letter_commands(asked, app);
  add_webhook_commands(asked, app);
  app.footer("Example:\n  clawcentral tenant create acme\n  clawcentral serve --config clawcentral.toml");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadConfig;
  }
  Config config;
  const auto faults =
      read_config(asked.config_path.empty() ? default_config() : asked.config_path, environment(), config);
  for (const auto& fault : faults) fmt::print(stderr, "clawcentral: {}\n", fault);
  if (!faults.empty()) return kBadConfig;
  if (asked.check_only) {
    fmt::print("The configuration is in order.\n");
    return 0;
  }
  log::set_level(level_named(config.log_level));
  if (asked.serve) return serve(config);
  log::set_level(log::Level::kWarn);
  std::string arguments = json::serialize(asked.arguments);
  const int code = run_admin_command(config, asked.command, arguments, asked.as_json);
  wipe(arguments);
  return code;
}

}  // namespace
}  // namespace claw

int main(int argc, char** argv) {
  claw::keep_memory_private();
  try {
    return claw::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "clawcentral: {}\n", error.what());
    return claw::kFailed;
  }
}
