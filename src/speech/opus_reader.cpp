#include "speech/opus_reader.hpp"

#include <cmath>
#include <numbers>
#include <opusfile.h>
#include <utility>

#include <fmt/format.h>

namespace claw {
namespace {

/// 120 ms, the longest packet, at the 48 kHz at which libopusfile always decodes, for two channels.
constexpr std::size_t kReadValues = 5760 * 2;
/// Gaps passed over before the file counts as broken.
constexpr int kMaxGaps = 100;

}  // namespace

Decimator::Decimator() {
  // A windowed sinc (Blackman's window), scaled so that a constant stays what it is.
  constexpr double kCutoff = 7'200.0 / 48'000.0;
  double sum = 0;
  std::array<double, kTaps> taps;
  for (std::size_t i = 0; i < kTaps; ++i) {
    const double x = static_cast<double>(i) - (kTaps - 1) / 2.0;
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / (kTaps - 1);
    const double window = 0.42 - 0.5 * std::cos(turn) + 0.08 * std::cos(2 * turn);
    const double angle = 2 * std::numbers::pi * kCutoff * x;
    taps[i] = window * (x == 0 ? 2 * kCutoff : std::sin(angle) / (std::numbers::pi * x));
    sum += taps[i];
  }
  for (std::size_t i = 0; i < kTaps; ++i) filter_[i] = static_cast<float>(taps[i] / sum);
  pending_.assign(kTaps / 2, 0);  // the filter's middle is at the first sample
}

void Decimator::take(const std::vector<float>& from, std::vector<float>& to) {
  pending_.insert(pending_.end(), from.begin(), from.end());
  std::size_t at = 0;
  for (; at + kTaps <= pending_.size(); at += kRatio) {
    float sum = 0;
    for (std::size_t i = 0; i < kTaps; ++i) sum += filter_[i] * pending_[at + i];
    to.push_back(sum);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
}

void OpusReader::Close::operator()(OggOpusFile* file) const {
  ::op_free(file);
}

OpusReader::OpusReader(std::shared_ptr<const std::string> file, OggOpusFile* opus)
    : file_(std::move(file)), opus_(opus), stereo_(kReadValues) {}

Result<OpusReader> OpusReader::open(std::shared_ptr<const std::string> file) {
  int fault = 0;
  auto* const opus = ::op_open_memory(reinterpret_cast<const unsigned char*>(file->data()), file->size(), &fault);
  if (!opus)
    return fail(ErrorKind::kInvalid,
                fmt::format("the message is no Ogg file with Opus audio (libopusfile's {})", fault));
  return OpusReader(std::move(file), opus);
}

std::chrono::seconds OpusReader::claimed_length() const {
  const auto samples = ::op_pcm_total(opus_.get(), -1);
  return std::chrono::seconds(samples > 0 ? samples / 48'000 : 0);
}

Result<bool> OpusReader::read(std::vector<float>& to) {
  for (int gaps = 0; gaps < kMaxGaps; ++gaps) {
    const int frames = ::op_read_float_stereo(opus_.get(), stereo_.data(), static_cast<int>(stereo_.size()));
    if (frames == OP_HOLE) continue;
    if (frames < 0)
      return fail(ErrorKind::kInvalid, fmt::format("the message's audio is damaged (libopusfile's {})", frames));
    mono_.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(frames); ++i)
      mono_.push_back((stereo_[2 * i] + stereo_[2 * i + 1]) / 2);
    decimator_.take(mono_, to);
    return frames > 0;
  }
  return fail(ErrorKind::kInvalid, "the message's audio is damaged: it has more gaps than sound");
}

}  // namespace claw
