#include "guide/finding.hpp"

namespace claw {
namespace {

Finding agent_answers(const Helper& agent) {
  const std::string mend = fmt::format("Look at the agent's server; its address is under Agents → {}.", agent.name);
  if (!agent.secret_missing.empty())
    return error(fmt::format("The secret {} is not set, which the agent's server wants.", agent.secret_missing),
                 "Set it under Settings → Secrets, or take its name from the agent.");
  if (!agent.probe) return ok(fmt::format("The agent {} is part of this program.", agent.name));
  const auto& probe = *agent.probe;
  if (probe.status == 0) return error(fmt::format("The agent {} is down: {}.", agent.name, probe.fault), mend);
  if (probe.status >= 500)
    return error(fmt::format("The agent {} is down: its server answered {}.", agent.name, probe.status), mend);
  if (agent.kind == "openai" && (probe.status == 401 || probe.status == 403))
    return error(fmt::format("The server of the agent {} refuses its key ({}).", agent.name, probe.status),
                 "Replace the key under Settings → Secrets.");
  if (probe.took >= kSlowAgent)
    return warning(
        fmt::format("The agent {} is slow: its server took {} for a plain question.", agent.name, seconds(probe.took)),
        mend);
  // Some servers take more than they list.
  if (!agent.unknown_model.empty())
    return {Severity::kNote, fmt::format("The agent {} answers; its server does not list the model {}.", agent.name,
                                         agent.unknown_model)};
  return ok(fmt::format("The agent {} answers ({}).", agent.name, seconds(probe.took)));
}

Finding speech_answers(const Helper& provider) {
  if (!provider.probe) return ok(fmt::format("{} runs on this machine.", provider.name));
  if (provider.probe->fault.empty())
    return ok(fmt::format("{} answers ({}).", provider.name, seconds(provider.probe->took)));
  return error(fmt::format("The speech provider {} refuses: {}.", provider.name, provider.probe->fault),
               "Correct its address, model or key under Settings → Speech; Try shows what it understands.");
}

Checks helper_checks(std::string_view kind, std::string_view title, const std::optional<std::vector<Helper>>& helpers,
                     Finding (*find)(const Helper&)) {
  Checks checks;
  if (helpers)
    for (const auto& each : *helpers) add(checks, fmt::format("{}:{}", kind, each.name), title, find(each));
  return checks;
}

}  // namespace

Checks agent_checks(const DoctorFacts& facts) {
  return helper_checks("agent", "Agents answer", facts.agents, agent_answers);
}

Checks speech_checks(const DoctorFacts& facts) {
  return helper_checks("speech", "Speech is understood", facts.speech, speech_answers);
}

}  // namespace claw
