// Writes what a voice message says to standard output: transcribe_file FILE. What a server of speech has inside, for
// tests.

#include <cstdio>
#include <fstream>
#include <iterator>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "base/io_pool.hpp"
#include "speech/embedded_transcriber.hpp"

int main(int count, char** words) {
  using namespace claw;
  if (count != 2) {
    std::fputs("usage: transcribe_file FILE\n", stderr);
    return 2;
  }
  std::ifstream file(words[1], std::ios::binary);
  VoiceMessage voice{
      TenantId{1},
      std::make_shared<const std::string>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()),
      "audio/ogg", "", nullptr};
  IoPool io(1);
  SystemClock clock;
  EmbeddedTranscriber embedded(clock);
  const SpeechProvider provider{.name = "embedded", .kind = "embedded", .timeout = std::chrono::minutes(5)};
  const auto heard =
      boost::asio::co_spawn(io.executor(0), embedded.transcribe(provider, std::move(voice)), boost::asio::use_future)
          .get();
  if (!heard) {
    std::fprintf(stderr, "%s\n", heard.error().message.c_str());
    return 1;
  }
  std::puts(heard->text.c_str());
}
