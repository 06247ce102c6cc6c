#include "ledger/media_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/sqlite/sqlite_media_store.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MediaStoreTest : public ::testing::Test {
 protected:
  FileRow picture(std::string sha256 = "aa", std::int64_t tenant = 1) {
    FileRow row;
    row.tenant = TenantId{tenant};
    row.sha256 = std::move(sha256);
    row.mime_type = "image/jpeg";
    row.filename = "a.jpg";
    row.size = 100;
    row.created_at = world_.clock.now();
    return row;
  }
  Result<FileRow> add(FileRow row, std::string fetched_as = "", std::int64_t limit = 0) {
    return world_.run(store_.add(std::move(row), std::move(fetched_as), limit));
  }
  std::int64_t stored_bytes() { return world_.run(world_.ledger->stored(TenantId{1})).value().bytes; }
  std::vector<std::string> loose() {
    std::vector<std::string> found;
    for (auto& each : world_.run(store_.loose(world_.clock.now() + std::chrono::hours(1), 100)).value())
      found.push_back(each.sha256);
    return found;
  }
  ErrorKind kind_of(FileId id, std::int64_t tenant = 1) {
    const auto found = world_.run(store_.find(TenantId{tenant}, id));
    return found ? ErrorKind::kFatal : found.error().kind;
  }

  testing::OpenLedger world_;
  sqlite::SqliteMediaStore store_{*world_.store};
};

TEST_F(MediaStoreTest, FindsAFileByItsIdAndByMetasForItsTenantOnly) {
  const auto row = add(picture(), "meta-1").value();
  EXPECT_EQ(world_.run(store_.find(TenantId{1}, row.id)).value().filename, "a.jpg");
  EXPECT_EQ(world_.run(store_.find_fetched(TenantId{1}, "meta-1")).value().id, row.id);
  EXPECT_EQ(kind_of(row.id, 2), ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(store_.find_fetched(TenantId{2}, "meta-1")).error().kind, ErrorKind::kNotFound);
}

TEST_F(MediaStoreTest, TheSameBytesUnderTheSameTypeAndNameAreOneFile) {
  const auto first = add(picture(), "meta-1").value();
  const auto again = add(picture(), "meta-2").value();
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(world_.run(store_.find_fetched(TenantId{1}, "meta-2")).value().id, first.id);
  auto renamed = picture();
  renamed.filename = "b.jpg";
  EXPECT_NE(add(renamed).value().id, first.id);
  EXPECT_NE(add(picture("aa", 2)).value().id, first.id);
}

TEST_F(MediaStoreTest, ListsTheNewestFirstInPages) {
  std::vector<FileId> ids;
  for (const char* content : {"aa", "bb", "cc"}) ids.push_back(add(picture(content)).value().id);
  (void)add(picture("dd", 2)).value();
  const auto page = [&](FileId before, std::size_t limit) {
    std::vector<FileId> found;
    for (const auto& row : world_.run(store_.list(TenantId{1}, before, limit)).value()) found.push_back(row.id);
    return found;
  };
  EXPECT_THAT(page({}, 2), ElementsAre(ids[2], ids[1]));
  EXPECT_THAT(page(ids[1], 2), ElementsAre(ids[0]));
}

TEST_F(MediaStoreTest, BytesAreLooseUntilTheyHaveAFileAndAgainAfterTheirLast) {
  ASSERT_TRUE(world_.run(store_.note_loose({TenantId{1}, "aa"}, world_.clock.now())));
  EXPECT_THAT(loose(), ElementsAre("aa"));
  const auto first = add(picture()).value();
  auto renamed = picture();
  renamed.filename = "b.jpg";
  const auto second = add(renamed).value();
  EXPECT_THAT(loose(), IsEmpty());
  ASSERT_TRUE(world_.run(store_.remove(TenantId{1}, first.id, world_.clock.now())));
  EXPECT_THAT(loose(), IsEmpty());
  ASSERT_TRUE(world_.run(store_.remove(TenantId{1}, second.id, world_.clock.now())));
  EXPECT_THAT(loose(), ElementsAre("aa"));
  EXPECT_TRUE(world_.run(store_.is_loose({TenantId{1}, "aa"})).value());
  ASSERT_TRUE(world_.run(store_.forget_loose({TenantId{1}, "aa"})));
  EXPECT_THAT(loose(), IsEmpty());
}

TEST_F(MediaStoreTest, BytesThatHaveAFileAreNotMadeLooseByStoringThemAgain) {
  ASSERT_TRUE(add(picture()));
  ASSERT_TRUE(world_.run(store_.note_loose({TenantId{1}, "aa"}, world_.clock.now())));
  EXPECT_THAT(loose(), IsEmpty());
}

TEST_F(MediaStoreTest, AnIdOfMetasIsForOneNumberAndItsTime) {
  const auto row = add(picture()).value();
  const auto now = world_.clock.now();
  const auto at = [&](const std::string& number, TimePoint when) {
    return world_.run(store_.meta_id(TenantId{1}, number, row.id, when)).value();
  };
  EXPECT_EQ(at("111", now), "");
  ASSERT_TRUE(world_.run(store_.put_meta_id(TenantId{1}, "111", row.id, "m1", now + std::chrono::days(30))));
  EXPECT_EQ(at("111", now), "m1");
  EXPECT_EQ(at("222", now), "");
  EXPECT_EQ(at("111", now + std::chrono::days(30)), "");
}

TEST_F(MediaStoreTest, AFileDeletedDuringItsUploadLeavesNoId) {
  const auto row = add(picture()).value();
  ASSERT_TRUE(world_.run(store_.remove(TenantId{1}, row.id, world_.clock.now())));
  ASSERT_TRUE(
      world_.run(store_.put_meta_id(TenantId{1}, "111", row.id, "m1", world_.clock.now() + std::chrono::days(30))));
  EXPECT_EQ(world_.run(store_.meta_id(TenantId{1}, "111", row.id, world_.clock.now())).value(), "");
}

TEST_F(MediaStoreTest, FilesGoThatNoMessageUsedForLong) {
  const auto start = world_.clock.now();
  const auto unused = add(picture("aa")).value();
  const auto used = add(picture("bb")).value();
  world_.clock.advance(std::chrono::days(10));
  (void)world_.run(store_.meta_id(TenantId{1}, "111", used.id, world_.clock.now())).value();
  const auto before = start + std::chrono::days(5);
  EXPECT_EQ(world_.run(store_.expire(TenantId{1}, before, 100, world_.clock.now())).value(), 1U);
  EXPECT_EQ(kind_of(unused.id), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(used.id), ErrorKind::kFatal);
  EXPECT_THAT(loose(), ElementsAre("aa"));
}

TEST_F(MediaStoreTest, FilesCountIntoWhatATenantHasStored) {
  const auto empty = stored_bytes();
  const auto row = add(picture()).value();
  const auto with_one = stored_bytes();
  EXPECT_GE(with_one, empty + 100);
  ASSERT_TRUE(add(picture()));
  EXPECT_EQ(stored_bytes(), with_one) << "the same file counts once";
  const auto refused = add(picture("bb"), "", with_one + 10);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(add(picture("bb"), "", with_one * 3));
  ASSERT_TRUE(world_.run(store_.remove(TenantId{1}, row.id, world_.clock.now())));
  EXPECT_EQ(stored_bytes(), with_one);
}

TEST_F(MediaStoreTest, AFileThatCouldNotBeScannedIsKnownToBeSo) {
  auto row = picture();
  row.scanned = false;
  const auto added = add(row).value();
  EXPECT_FALSE(world_.run(store_.find(TenantId{1}, added.id)).value().scanned);
  ASSERT_TRUE(world_.run(store_.set_scanned(TenantId{1}, added.id)));
  EXPECT_TRUE(world_.run(store_.find(TenantId{1}, added.id)).value().scanned);
  EXPECT_TRUE(add(row).value().scanned) << "what is clean stays so";
}

}  // namespace
}  // namespace claw
