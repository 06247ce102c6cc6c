#include "ledger/sqlite/store.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/migrations.hpp"
#include "support/await.hpp"
#include "support/eventually.hpp"
#include "support/failing_vfs.hpp"
#include "support/temp_dir.hpp"

namespace claw::sqlite {
namespace {

using claw::testing::await;
using claw::testing::eventually;
using claw::testing::FailingVfs;
using ::testing::HasSubstr;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { open(); }

  void open() {
    store_.reset();
    store_ = Store::open(options()).value();
  }
  Store::Options options() {
    Store::Options options;
    options.database.path = dir_.file("store.db");
    options.database.vfs = disk_.name();
    options.database.cache_mib = 4;
    options.metrics = &metrics_;
    return options;
  }
  static auto insert(std::string key) {
    return [key = std::move(key)](Database& db) -> Result<void> {
      db.run("INSERT INTO kv (tenant, key, value) VALUES (1, $1, '')", key);
      return {};
    };
  }
  template <class Work>
  std::future<Result<void>> begin(Work work) {
    return boost::asio::co_spawn(io_.executor(0), store_->write<void>(std::move(work)), boost::asio::use_future);
  }
  Result<void> put(const std::string& key) { return await(io_, store_->write<void>(insert(key))); }
  std::int64_t rows() {
    return await(io_, store_->read<std::int64_t>([](Database& db) -> Result<std::int64_t> {
             auto row = db.query("SELECT count(*) FROM kv");
             row.next();
             return row->integer(0);
           }))
        .value();
  }
  /// Holds the writer in a write of its own, so that what follows waits together.
  struct Gate {
    std::promise<void> entered, open;
  };
  std::future<Result<void>> hold(Gate& gate) {
    auto held = begin([&gate](Database&) -> Result<void> {
      gate.entered.set_value();
      gate.open.get_future().wait();
      return {};
    });
    gate.entered.get_future().wait();
    return held;
  }
  std::uint64_t commits() { return metrics_.counter("clawcentral_ledger_commits_total", "").value(); }

  testing::TempDir dir_;
  FailingVfs disk_;
  Metrics metrics_;
  IoPool io_{2};
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, CommitsTogetherWhatWaitsTogether) {
  Gate gate;
  auto held = hold(gate);
  const auto before = commits();
  std::vector<std::future<Result<void>>> writes;
  for (int i = 0; i < 100; ++i) writes.push_back(begin(insert("k" + std::to_string(i))));
  ASSERT_TRUE(eventually([&] { return store_->queued() == 100; }));
  gate.open.set_value();
  for (auto& write : writes) EXPECT_TRUE(write.get());
  EXPECT_TRUE(held.get());
  EXPECT_EQ(commits() - before, 2U) << "the held one, and one for the hundred";
  EXPECT_EQ(rows(), 100);
}

TEST_F(StoreTest, RefusesARowThatDoesNotFitAndKeepsItsNeighbours) {
  ASSERT_TRUE(put("taken"));
  Gate gate;
  auto held = hold(gate);
  auto before = begin(insert("before"));
  auto bad = begin([](Database& db) -> Result<void> {
    db.run("INSERT INTO kv (tenant, key, value) VALUES (1, 'half', '')");
    db.run("INSERT INTO kv (tenant, key, value) VALUES (1, 'taken', '')");
    return {};
  });
  auto refused = begin([](Database& db) -> Result<void> {
    db.run("INSERT INTO kv (tenant, key, value) VALUES (1, 'undone', '')");
    return fail(ErrorKind::kNotFound, "changed my mind");
  });
  auto broken = begin([](Database& db) -> Result<void> {
    db.run("INSERT INTO kv (tenant, key, value) VALUES (1, 'lost', '')");
    throw std::runtime_error("a fault of the program");
  });
  auto after = begin(insert("after"));
  ASSERT_TRUE(eventually([&] { return store_->queued() == 5; }));
  gate.open.set_value();
  EXPECT_TRUE(held.get());
  EXPECT_TRUE(before.get());
  EXPECT_EQ(bad.get().error().kind, ErrorKind::kFatal);
  EXPECT_EQ(refused.get().error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(broken.get().error().message, "a fault of the program");
  EXPECT_TRUE(after.get());
  EXPECT_EQ(rows(), 3) << "of a write that failed nothing stays";
  EXPECT_TRUE(store_->healthy());
}

TEST_F(StoreTest, TellsEveryWriteOfAGroupThatItsCommitFailedAndRecovers) {
  for (const auto fault : {FailingVfs::Fault::kWritesFail, FailingVfs::Fault::kSyncsFail}) {
    Gate gate;
    auto held = hold(gate);
    std::vector<std::future<Result<void>>> writes;
    for (int i = 0; i < 10; ++i)
      writes.push_back(begin(insert("k" + std::to_string(i) + std::to_string(static_cast<int>(fault)))));
    ASSERT_TRUE(eventually([&] { return store_->queued() == 10; }));
    disk_.set(fault);
    gate.open.set_value();
    for (auto& write : writes) {
      const auto result = write.get();
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind, ErrorKind::kTransient);
    }
    (void)held.get();
    EXPECT_FALSE(store_->healthy());
    EXPECT_EQ(put("while it is broken").error().kind, ErrorKind::kTransient);
    EXPECT_GT(disk_.refused(), 0U);

    disk_.set(FailingVfs::Fault::kNone);
    EXPECT_TRUE(eventually([&] { return put("well" + std::to_string(static_cast<int>(fault))).has_value(); }))
        << "and recovers";
    EXPECT_TRUE(store_->healthy());
  }
}

TEST_F(StoreTest, ShowsAReadEveryWriteThatReturned) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(put("k" + std::to_string(i)));
    ASSERT_EQ(rows(), i + 1);
  }
}

TEST_F(StoreTest, KeepsWhatWasWrittenWhenItIsOpenedAgain) {
  ASSERT_TRUE(put("k"));
  open();
  EXPECT_EQ(rows(), 1);
}

TEST_F(StoreTest, RefusesReadsAndWritesOnceItIsClosedAfterFinishingTheQueue) {
  Gate gate;
  auto held = hold(gate);
  auto queued = begin(insert("queued"));
  ASSERT_TRUE(eventually([&] { return store_->queued() == 1; }));
  auto closed = std::async(std::launch::async, [&] { store_->close(); });
  gate.open.set_value();
  closed.get();
  EXPECT_TRUE(held.get());
  EXPECT_TRUE(queued.get());
  EXPECT_EQ(put("late").error().kind, ErrorKind::kStopping);
  const auto read = await(io_, store_->read<int>([](Database&) -> Result<int> { return 1; }));
  EXPECT_EQ(read.error().kind, ErrorKind::kStopping);
  store_->close();
}

TEST_F(StoreTest, SaysWhyItCannotOpenAFile) {
  auto wrong = options();
  wrong.database.path = dir_.file("no/such/folder.db");
  const auto refused = Store::open(wrong);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kFatal);
  EXPECT_THAT(refused.error().message, HasSubstr("folder.db"));
}

class MigrationsTest : public ::testing::Test {
 protected:
  std::int64_t version(Database& db) {
    auto row = db.query("PRAGMA user_version");
    row.next();
    return row->integer(0);
  }
  testing::TempDir dir_;
  Database::Options options_{.path = dir_.file("m.db"), .vfs = "", .read_only = false, .cache_mib = 1};
};

TEST_F(MigrationsTest, BringAFreshFileToTheNewestSchemaAndLeaveItThere) {
  Database db(options_);
  EXPECT_EQ(version(db), 0);
  ASSERT_TRUE(migrate(db, ledger_schema()));
  EXPECT_EQ(version(db), static_cast<std::int64_t>(ledger_schema().size()));
  db.run("INSERT INTO kv (tenant, key, value) VALUES (1, 'k', 'v')");
  ASSERT_TRUE(migrate(db, ledger_schema()));
  Database again(options_);
  ASSERT_TRUE(migrate(again, ledger_schema()));
  auto row = again.query("SELECT value FROM kv");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row->text(0), "v");
}

TEST_F(MigrationsTest, CountWhatIsStoredAlready) {
  Database db(options_);
  ASSERT_TRUE(migrate(db, ledger_schema().first(4)));
  db.script(R"sql(
INSERT INTO conversations VALUES (1, 1, 1, '111', 0, 2, 0), (2, 1, 2, '111', 0, 0, 0), (3, 2, 3, '222', 0, 3, 0);
INSERT INTO messages (id, tenant, conversation, direction, state, type, text, data, wamid, created_ms, meta_ms, previous,
  inbox, turn, part, attempts, due_ms, error_code, reason, agent) VALUES
  (1, 1, 1, 0, 1, 'text', 'ö', '{}', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, '', ''),
  (2, 1, 1, 1, 13, 'text', 'four', '{}', '', 0, 0, 1, 0, 1, 0, 0, 0, 0, '', ''),
  (3, 2, 3, 0, 1, 'text', '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '');
INSERT INTO statuses VALUES (1, 1, 2, 'w', 'sent', '', 0, 0, '[]', '');
INSERT INTO events VALUES (1, 1, 'change', '', '', '', '', 'words', '{}', 0, 0, 0);
)sql");
  ASSERT_TRUE(migrate(db, ledger_schema()));
  auto rows = db.query("SELECT conversations, messages, bytes FROM stored ORDER BY tenant");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows->integer(0), 1);
  EXPECT_EQ(rows->integer(1), 2);
  EXPECT_EQ(rows->integer(2), 4 * 250 + (2 + 2) + (4 + 2) + (5 + 2));
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows->integer(1), 1);
  EXPECT_EQ(rows->integer(2), 250);
  EXPECT_FALSE(rows.next());
}

TEST_F(MigrationsTest, RefuseAFileOfANewerProgramAndChangeNothing) {
  Database db(options_);
  db.script("PRAGMA user_version = 9999");
  const auto refused = migrate(db, ledger_schema());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kFatal);
  EXPECT_THAT(refused.error().message, HasSubstr("newer version"));
  EXPECT_EQ(version(db), 9999);
  auto tables = db.query("SELECT count(*) FROM sqlite_schema");
  tables.next();
  EXPECT_EQ(tables->integer(0), 0);
}

TEST(DatabaseTest, BindsParametersByTheirNumberNotByTheirPlace) {
  const testing::TempDir dir;
  Database db({.path = dir.file("d.db"), .vfs = "", .read_only = false, .cache_mib = 1});
  auto row = db.query("SELECT $2, $1, $2", std::string_view("one"), std::string_view("two"));
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row->text(0) + row->text(1) + row->text(2), "twoonetwo");
}

TEST(DatabaseTest, KeepsEmptyTextsAndBytesWithZeros) {
  const testing::TempDir dir;
  Database db({.path = dir.file("d.db"), .vfs = "", .read_only = false, .cache_mib = 1});
  const std::string bytes("a\0b\xFF", 4);
  auto row = db.query("SELECT $1, $2, $1 IS NULL", std::string_view(), Blob{bytes});
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row->text(0), "");
  EXPECT_EQ(row->text(1), bytes);
  EXPECT_EQ(row->integer(2), 0);
}

}  // namespace
}  // namespace claw::sqlite
