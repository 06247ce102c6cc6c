#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

struct OggOpusFile;

namespace claw {

/// What speech engines want: one channel, 16 000 samples a second, between -1 and 1.
inline constexpr std::size_t kSpeechRate = 16'000;

/// Makes 16 000 samples of 48 000, with what the lower rate cannot carry filtered out before.
class Decimator {
 public:
  Decimator();
  /// Appends to `to` a third as many samples as are in `from`, over all calls together.
  void take(const std::vector<float>& from, std::vector<float>& to);

 private:
  static constexpr std::size_t kRatio = 3;
  static constexpr std::size_t kTaps = 97;  // 2 ms: speech up to 6 kHz untouched, what would fold back 70 dB down

  std::array<float, kTaps> filter_{};
  std::vector<float> pending_;  // what the next output still needs
};

/// Reads the Opus audio of an Ogg file, as WhatsApp's voice messages have it, as speech engines want it, a little at a
/// time: the memory it takes does not grow with the length.
///
/// For one thread at a time.
class OpusReader {
 public:
  /// Fails with kInvalid where the bytes are no Ogg file with Opus in it.
  [[nodiscard]] static Result<OpusReader> open(std::shared_ptr<const std::string> file);

  /// How long the file says that it is; 0 where it does not say. It may be wrong.
  [[nodiscard]] std::chrono::seconds claimed_length() const;

  /// Appends the next samples, a tenth of a second or so; false at the end. A gap in the file is passed over; a fault
  /// beyond that ends the audio with kInvalid.
  [[nodiscard]] Result<bool> read(std::vector<float>& to);

 private:
  struct Close {
    void operator()(OggOpusFile* file) const;
  };
  OpusReader(std::shared_ptr<const std::string> file, OggOpusFile* opus);

  std::shared_ptr<const std::string> file_;  // libopusfile reads in it
  std::unique_ptr<OggOpusFile, Close> opus_;
  Decimator decimator_;
  std::vector<float> stereo_, mono_;  // room for a read
};

}  // namespace claw
