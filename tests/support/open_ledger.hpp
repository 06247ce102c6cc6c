#pragma once

#include <memory>
#include <string>

#include "inbox/embedded_inbox.hpp"
#include "ledger/sqlite/sqlite_ledger.hpp"
#include "support/await.hpp"
#include "support/temp_dir.hpp"

namespace claw::testing {

/// A real ledger and the file of an inbox, in a folder of their own, on a clock that stands still. restart() is what a
/// process does that ends and starts again.
class OpenLedger {
 public:
  explicit OpenLedger(std::size_t io_threads = 2, std::string vfs = "") : io(io_threads), vfs_(std::move(vfs)) {
    open();
  }

  void restart() {
    ledger.reset();
    store.reset();
    inbox_store.reset();
    open();
  }
  template <class T>
  T run(Task<T> task) {
    return await(io, std::move(task));
  }
  [[nodiscard]] std::string path() const { return dir_.file("clawcentral.db"); }

 private:
  TempDir dir_;

 public:
  IoPool io;
  FakeClock clock;
  std::unique_ptr<sqlite::Store> inbox_store;
  std::unique_ptr<sqlite::Store> store;
  std::unique_ptr<sqlite::SqliteLedger> ledger;

 private:
  void open() {
    sqlite::Store::Options options;
    options.database.vfs = vfs_;
    options.database.cache_mib = 4;
    options.database.clock = &clock;
    inbox_store = sqlite::Store::open(EmbeddedInbox::store_options(options, dir_.file("inbox.db"))).value();
    options.readers_see = dir_.file("inbox.db");
    options.database.path = path();
    store = sqlite::Store::open(std::move(options)).value();
    ledger = run(sqlite::SqliteLedger::open(*store, clock)).value();
  }
  std::string vfs_;
};

}  // namespace claw::testing
