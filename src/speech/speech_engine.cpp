#include "speech/speech_engine.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace claw {

Result<std::unique_ptr<SpeechEngine>> load_best_engine(const std::string& moonshine, const std::string& pocketsphinx) {
  auto engine = load_moonshine(moonshine);
  if (engine) {
    log::info("speech.engine_loaded engine=\"{}\"", (*engine)->name());
    return engine;
  }
  auto last_resort = load_pocketsphinx(pocketsphinx);
  if (last_resort) {
    log::warn("speech.last_resort engine=\"{}\" reason={}", (*last_resort)->name(),
              log::one_line(engine.error().message));
    return last_resort;
  }
  return fail(ErrorKind::kFatal, fmt::format("no speech engine is installed: {}; as a last resort, {}",
                                             engine.error().message, last_resort.error().message));
}

}  // namespace claw
