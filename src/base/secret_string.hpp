#pragma once

#include <string>
#include <string_view>

namespace claw {

/// A text that must not get out: it wipes itself when it goes, cannot be copied by accident, printed, compared with
/// `==` or turned into a std::string. Who needs the bytes says expose(), which is what a review looks for.
class SecretString {
 public:
  SecretString() = default;
  /// Takes the bytes and wipes the string they came in.
  explicit SecretString(std::string&& bytes);
  SecretString(SecretString&& other) noexcept;
  SecretString& operator=(SecretString&& other) noexcept;
  SecretString(const SecretString&) = delete;
  SecretString& operator=(const SecretString&) = delete;
  ~SecretString();

  [[nodiscard]] SecretString clone() const;
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  /// The bytes, as long as this object lives and is not assigned to.
  [[nodiscard]] std::string_view expose() const { return bytes_; }
  /// Compares in a time that depends on the lengths only.
  [[nodiscard]] bool equals(std::string_view other) const;

 private:
  void wipe();
  std::string bytes_;
};

/// Overwrites the bytes of `text` in a way the compiler may not leave out, then empties it.
void wipe(std::string& text);

}  // namespace claw
