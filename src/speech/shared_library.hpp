#pragma once

#include <dlfcn.h>
#include <string>

#include "base/result.hpp"

namespace claw {

/// A shared library that is loaded while the program runs, so that the program is there without it. Never unloaded:
/// what started threads cannot be.
class SharedLibrary {
 public:
  /// By path, or by a name as the loader finds it. Fails with kFatal and the loader's words.
  [[nodiscard]] static Result<SharedLibrary> load(const std::string& path) {
    void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) return fail(ErrorKind::kFatal, ::dlerror());
    return SharedLibrary(handle);
  }

  /// Sets `function` to the library's of that name; false where it has none.
  template <class Function>
  [[nodiscard]] bool find(const char* name, Function*& function) const {
    function = reinterpret_cast<Function*>(::dlsym(handle_, name));
    return function != nullptr;
  }

 private:
  explicit SharedLibrary(void* handle) : handle_(handle) {}
  void* handle_;
};

}  // namespace claw
