#include <algorithm>

#include "guide/finding.hpp"

namespace claw {
namespace {

Finding person_access(const PersonFacts& person) {
  if (!person.about) return error(person.fault, "Write a phone number with its country code, or a BSUID.");
  const auto& [sender, verdict] = person.about->access;
  if (verdict.admission == Admission::kAdmit) return ok(person.about->says);
  if (verdict.admission == Admission::kHold)
    return error(sender.standing == Standing::kPending
                     ? "They wait in pairing: what they write is kept until somebody decides."
                     : "They are not known yet: what they write is kept, and they get a code to be let in with.",
                 "Let them in under Pairing.");
  if (verdict.reason == "opted_out")
    return error("They opted out: nothing is answered until they opt in again.",
                 "They write START (or your own word for it). Nobody else may undo that.");
  if (verdict.reason == "blocked")
    return error("They are blocked: what they write is kept and not answered.",
                 "Unblock them under Pairing → Blocked.");
  return error(person.about->says, "Put them on the list under Pairing, or change who may talk under Channels.");
}

Finding person_window(const PersonFacts& person, TimePoint now) {
  if (!person.about) return skipped("Nobody is known by this address.");
  if (person.last_inbound == TimePoint{})
    return warning("The window is closed: they never wrote to this number.",
                   "Write to them by a template; free text is refused by Meta (131047) until they write.");
  const TimePoint end = std::max(person.window_until, person.last_inbound + kServiceWindow);
  if (now < end) return ok(fmt::format("The window is open until {}.", when(end)));
  return warning(fmt::format("The window closed at {}: they last wrote at {}.", when(end), when(person.last_inbound)),
                 "Write to them by a template; free text is refused by Meta (131047) until they write.");
}

}  // namespace

Checks person_checks(const DoctorFacts& facts) {
  Checks checks;
  if (!facts.person) return checks;
  add(checks, "person_access", "They are let in", person_access(*facts.person));
  add(checks, "person_window", "They may be written to", person_window(*facts.person, facts.guide.now));
  return checks;
}

}  // namespace claw
