#include "base/secret_string.hpp"

#include <sodium.h>

#include "base/crypto.hpp"

namespace claw {

void wipe(std::string& text) {
  // capacity(), not size(): a text that shrank left its end behind.
  text.resize(text.capacity());
  sodium_memzero(text.data(), text.size());
  text.clear();
}

SecretString::SecretString(std::string&& bytes) : bytes_(bytes) {
  claw::wipe(bytes);
}

SecretString::SecretString(SecretString&& other) noexcept : bytes_(other.bytes_) {
  other.wipe();
}

SecretString& SecretString::operator=(SecretString&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = other.bytes_;
    other.wipe();
  }
  return *this;
}

SecretString::~SecretString() {
  wipe();
}

SecretString SecretString::clone() const {
  return SecretString(std::string(bytes_));
}

bool SecretString::equals(std::string_view other) const {
  return equal_in_constant_time(bytes_, other);
}

void SecretString::wipe() {
  claw::wipe(bytes_);
}

}  // namespace claw
