#include "media/file_library.hpp"

#include <atomic>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/media_client.hpp"
#include "ledger/sqlite/sqlite_media_store.hpp"
#include "media/folder_store.hpp"
#include "media/s3_store.hpp"
#include "net/curl_client.hpp"
#include "net/form_reader.hpp"
#include "net/server.hpp"
#include "support/bucket.hpp"
#include "support/loopback.hpp"
#include "support/open_ledger.hpp"
#include "support/temp_dir.hpp"
#include "support/test_tenants.hpp"

namespace claw {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kPicture = "\xff\xd8\xff\xe0 a picture of somebody's cat";

/// A body from memory.
class Text final : public net::BodyReader {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  Task<Result<std::string_view>> next() override {
    co_return std::string_view(text_).substr(std::exchange(given_, true) ? text_.size() : 0);
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  const std::string text_;
  bool given_ = false;
};

struct Collected final : net::BodyWriter {
  Task<bool> write(std::string_view bytes) override {
    text.append(bytes);
    co_return true;
  }
  std::string text;
};

/// Meta's files, behind real HTTP: one of them, with what goes wrong as the test wants it.
class MetaFiles {
 public:
  MetaFiles() {
    router_.add("GET", "/v25.0/{media}", [this](net::HttpRequest& request) { return facts(request); });
    router_.add("GET", "/file/{turn}", [this](net::HttpRequest& request) { return bytes(request); });
    router_.add(
        "POST", "/v25.0/{number}/media", [this](net::HttpRequest& request) { return upload(request); },
        net::BodyMode::kStreamed);
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
    url = base() + "/file/";
  }
  [[nodiscard]] std::string base() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

  std::string content = kPicture;
  std::string mime_type = "image/jpeg";
  std::string sha;          ///< Empty: the right one.
  std::int64_t size = -1;   ///< -1: the right one.
  std::string url;          ///< Of the file; the number of the call for its facts is added.
  std::deque<int> answers;  ///< To the next downloads; then 200.
  std::string location;     ///< Of a redirect.
  bool endless = false;
  std::atomic<int> facts_asked = 0, downloads = 0;
  std::mutex mutex;
  std::vector<std::string> tokens;   // guarded by mutex; what came with downloads
  std::vector<std::string> uploads;  // guarded by mutex; "number type name content"

 private:
  Task<net::HttpResponse> facts(net::HttpRequest&) {
    const auto turn = ++facts_asked;
    boost::json::object answer{{"messaging_product", "whatsapp"},
                               {"url", url + std::to_string(turn)},
                               {"mime_type", mime_type},
                               {"sha256", sha.empty() ? to_hex(sha256(content)) : sha},
                               {"file_size", size < 0 ? std::ssize(content) : size},
                               {"id", "1"}};
    co_return net::json_response(200, boost::json::serialize(answer));
  }
  Task<net::HttpResponse> bytes(net::HttpRequest& request) {
    ++downloads;
    std::scoped_lock lock(mutex);
    tokens.emplace_back(request.header("Authorization"));
    int status = 200;
    if (!answers.empty()) {
      status = answers.front();
      answers.pop_front();
    }
    auto response = net::text_response(status, status == 200 ? content : "no");
    if (status == 302) response.headers.push_back({"Location", location});
    if (status == 200 && endless)
      response.stream = [](net::BodyWriter& to) -> Task<> {
        const std::string piece(100'000, 'x');
        while (co_await to.write(piece)) {
        }
      };
    co_return response;
  }
  Task<net::HttpResponse> upload(net::HttpRequest& request) {
    const auto boundary = net::FormReader::boundary_of(request.header("Content-Type"));
    net::FormReader form(*request.body_reader, boundary.value_or(""));
    std::string line(request.param("number"));
    for (;;) {
      const auto field = co_await form.next_field();
      if (!field || !*field) break;
      const auto text = (co_await form.text(1'000'000)).value_or("?");
      if ((*field)->name == "file") line += " " + (*field)->content_type + " " + (*field)->filename + " " + text;
    }
    std::scoped_lock lock(mutex);
    uploads.push_back(line);
    co_return net::json_response(200, "{\"id\":\"" + std::to_string(900 + uploads.size()) + "\"}");
  }

  IoPool io_{1};
  net::Router router_;
  net::Server server_{io_, router_, {}};
};

class FakeScanner final : public Scanner {
 public:
  Task<Verdict> scan(std::shared_ptr<SealedReader> file) override {
    ++scans;
    std::string whole;
    for (;;) {
      const auto piece = file->next();
      if (!piece || piece->empty()) break;
      whole.append(*piece);
    }
    seen = whole;
    co_return verdict;
  }
  Verdict verdict = Verdict::kClean;
  std::string seen;
  int scans = 0;
};

class FileLibraryTest : public ::testing::Test {
 protected:
  FileLibraryTest() {
    acme_ = tenants_.add("acme", "111");
    other_ = tenants_.add("other", "222");
    tenants_.set_access_token(acme_, "acme-token");
    tenants_.set_access_token(other_, "other-token");
    open();
  }
  void open(Scanner* scanner = nullptr) {
    library_.reset();
    library_.emplace(FileLibrary::Parts{store_, blobs_, graph_, workers_, world_.clock, metrics_, scanner},
                     tenants_.vault, PublicIds(tenants_.vault.derive("public ids")), dir_.file("tmp"));
  }
  TenantRef acme() { return tenants_.directory.by_id(acme_); }
  TenantRef other() { return tenants_.directory.by_id(other_); }
  static whatsapp::Media sent(std::string id = "1", std::string type = "image/jpeg", std::string filename = "") {
    whatsapp::Media media;
    media.id = std::move(id);
    media.mime_type = std::move(type);
    media.filename = std::move(filename);
    return media;
  }
  Result<StoredFile> fetch(whatsapp::Media media = sent()) {
    return world_.run(library_->fetch(acme(), "111", std::move(media)));
  }
  Result<StoredFile> keep(std::string bytes, std::string type = "image/jpeg", std::string name = "a.jpg") {
    Text body(std::move(bytes));
    return world_.run(library_->keep(acme(), body, std::move(type), std::move(name)));
  }
  Result<std::string> read(const std::string& id) { return world_.run(library_->read(acme_, id, 10'000'000)); }
  Result<std::string> meta_id(const std::string& id, std::string number = "111") {
    return world_.run(library_->meta_id(acme(), std::move(number), id));
  }
  void sweep(std::vector<Retention> keep) {
    auto done = boost::asio::co_spawn(world_.io.executor(0), library_->sweep(std::move(keep)), boost::asio::use_future);
    while (done.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready)
      world_.clock.advance(std::chrono::milliseconds(100));
  }
  std::size_t files_below(const std::string& folder) {
    std::size_t count = 0;
    std::error_code missing;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.file(folder), missing))
      count += entry.is_regular_file();
    return count;
  }
  /// What was refused leaves nothing, and the next file is taken.
  void expect_refused(const Result<StoredFile>& refused, const char* words, ErrorKind kind = ErrorKind::kInvalid) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, kind) << refused.error().message;
    EXPECT_THAT(refused.error().message, HasSubstr(words));
    EXPECT_EQ(files_below("tmp"), 0U);
    EXPECT_EQ(files_below("blobs"), 0U);
    meta_.content = kPicture;
    meta_.mime_type = "image/jpeg";
    meta_.sha.clear();
    meta_.size = -1;
    meta_.url = meta_.base() + "/file/";
    meta_.endless = false;
    EXPECT_TRUE(fetch(sent("77"))) << "and recovers";
  }

  testing::OpenLedger world_;
  testing::TestTenants tenants_{world_};
  testing::TempDir dir_;
  TenantId acme_, other_;
  Metrics metrics_;
  MetaFiles meta_;
  net::CurlClient http_{world_.io, testing::loopback()};
  GraphMediaClient graph_{
      http_, metrics_, {.base_url = meta_.base(), .version = "v25.0"}, MediaHosts(meta_.base(), {})};
  WorkerPool workers_{2, 100};
  sqlite::SqliteMediaStore store_{*world_.store};
  FolderStore blobs_{dir_.file("blobs"), workers_};
  std::optional<FileLibrary> library_;
};

TEST_F(FileLibraryTest, FetchesAFileOnceAndKeepsItSealed) {
  const auto file = fetch();
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_THAT(file->id, AllOf(::testing::StartsWith("f_"), SizeIs(18)));
  EXPECT_EQ(file->mime_type, "image/jpeg");
  EXPECT_EQ(file->size, std::ssize(kPicture));
  EXPECT_EQ(read(file->id).value(), kPicture);
  EXPECT_EQ(fetch().value().id, file->id);
  EXPECT_EQ(meta_.downloads, 1);
  EXPECT_THAT(meta_.tokens, ElementsAre("Bearer acme-token"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.file("blobs"))) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stored(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stored), {}};
    EXPECT_THAT(bytes, ::testing::Not(HasSubstr("somebody's cat")));
    EXPECT_THAT(entry.path().string(), ::testing::Not(HasSubstr(file->sha256)));
  }
}

TEST_F(FileLibraryTest, TriesItsStoreAndLeavesNothingThere) {
  const auto kept = keep(kPicture).value();
  EXPECT_TRUE(world_.run(library_->try_store(acme_)));
  EXPECT_EQ(files_below("blobs"), 1U);
  EXPECT_EQ(files_below("tmp"), 0U);
  EXPECT_EQ(read(kept.id).value(), kPicture);
  EXPECT_THAT(world_.run(library_->list(acme_, "", 10)).value(), SizeIs(1)) << "it is no file of anybody's";
}

TEST_F(FileLibraryTest, SaysWhyItsStoreTakesNothing) {
  std::filesystem::remove_all(dir_.file("blobs"));
  std::ofstream(dir_.file("blobs")) << "a file where the folder should be";
  const auto tried = world_.run(library_->try_store(acme_));
  ASSERT_FALSE(tried);
  EXPECT_THAT(tried.error().message, HasSubstr("the file could not be stored: Not a directory"));
  EXPECT_EQ(files_below("tmp"), 0U);
  std::filesystem::remove(dir_.file("blobs"));
  EXPECT_TRUE(world_.run(library_->try_store(acme_))) << "and recovers";
}

TEST_F(FileLibraryTest, TriesABucketToo) {
  testing::Bucket bucket;
  S3Store blobs(http_, {bucket.endpoint(), testing::Bucket::kName, "us-east-1", testing::Bucket::kKeyId,
                        SecretString(std::string(testing::Bucket::kSecret)), dir_.file("tmp")});
  FileLibrary library(FileLibrary::Parts{store_, blobs, graph_, workers_, world_.clock, metrics_, nullptr},
                      tenants_.vault, PublicIds(tenants_.vault.derive("public ids")), dir_.file("tmp"));
  EXPECT_TRUE(world_.run(library.try_store(acme_)));
  bucket.stop();
  EXPECT_EQ(world_.run(library.try_store(acme_)).error().kind, ErrorKind::kTransient);
  bucket.start();
  EXPECT_TRUE(world_.run(library.try_store(acme_))) << "and recovers";
}

TEST_F(FileLibraryTest, TwoWhoAskAtOnceShareTheFetch) {
  auto first =
      boost::asio::co_spawn(world_.io.executor(0), library_->fetch(acme(), "111", sent()), boost::asio::use_future);
  auto second =
      boost::asio::co_spawn(world_.io.executor(1), library_->fetch(acme(), "111", sent()), boost::asio::use_future);
  EXPECT_EQ(first.get().value().id, second.get().value().id);
  EXPECT_EQ(meta_.downloads, 1);
}

TEST_F(FileLibraryTest, IsNeverFoundByAnotherTenant) {
  const auto file = fetch().value();
  EXPECT_EQ(world_.run(library_->find(other_, file.id)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(library_->read(other_, file.id, 1000)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(library_->meta_id(other(), "222", file.id)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world_.run(library_->remove(other_, file.id)).error().kind, ErrorKind::kNotFound);
  Text same(kPicture);
  EXPECT_NE(world_.run(library_->keep(other(), same, "image/jpeg", "")).value().id, file.id);
  EXPECT_EQ(files_below("blobs"), 2U) << "the same bytes of two tenants are two blobs";
}

TEST_F(FileLibraryTest, AnAddressThatIsOverIsAskedForAgainOnce) {
  meta_.answers = {404};
  EXPECT_TRUE(fetch());
  EXPECT_EQ(meta_.facts_asked, 2);
  meta_.answers = {401, 404};
  const auto gone = fetch(sent("2"));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(files_below("tmp"), 0U);
}

TEST_F(FileLibraryTest, AServerInTroubleIsTriedAgainLater) {
  meta_.answers = {503};
  const auto away = fetch();
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().kind, ErrorKind::kTransient);
  EXPECT_TRUE(fetch());
}

TEST_F(FileLibraryTest, RefusesOtherBytesThanMetaPromised) {
  meta_.sha = std::string(64, 'a');
  expect_refused(fetch(), "another checksum than Meta said");
}

TEST_F(FileLibraryTest, RefusesOtherBytesThanTheWebhookPromised) {
  auto media = sent();
  const auto other = sha256("other bytes");
  media.sha256 = to_base64({reinterpret_cast<const char*>(other.data()), other.size()});
  expect_refused(fetch(media), "another checksum");
}

TEST_F(FileLibraryTest, RefusesAnotherSizeThanMetaPromised) {
  meta_.size = std::ssize(kPicture) + 1;
  expect_refused(fetch(), "another size than Meta said");
}

TEST_F(FileLibraryTest, RefusesAPageAsAPicture) {
  meta_.content = "<html><script>alert(document.cookie)</script>";
  expect_refused(fetch(), "its bytes are a page");
}

TEST_F(FileLibraryTest, RefusesWhatIsSaidToBeTooLargeBeforeItIsFetched) {
  meta_.size = 5 * 1024 * 1024 + 1;
  expect_refused(fetch(), "the most");
  EXPECT_EQ(meta_.downloads, 1) << "only the good one was fetched";
}

TEST_F(FileLibraryTest, StopsAnEndlessStreamAtTheLimit) {
  meta_.endless = true;
  meta_.size = 0;
  expect_refused(fetch(), "larger than 5242880 bytes");
}

TEST_F(FileLibraryTest, AZipThatClaimsToBeADocumentIsStoredAndNotLookedInto) {
  // 42 KB that would unpack to petabytes are 42 KB here.
  const std::string bomb = "PK\x03\x04" + std::string(42'000, '\0');
  meta_.content = bomb;
  meta_.mime_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  const auto file = fetch(sent("9", meta_.mime_type, "../../../etc/cron.d/report.docx"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->size, std::ssize(bomb));
  EXPECT_EQ(file->filename, "report.docx");
  EXPECT_EQ(read(file->id).value(), bomb);
}

TEST_F(FileLibraryTest, NeverSendsTheTokenToAForeignHost) {
  MetaFiles foreign;
  meta_.url = foreign.base() + "/file/";
  expect_refused(fetch(), "none of Meta's hosts");
  EXPECT_EQ(foreign.downloads, 0);
}

TEST_F(FileLibraryTest, FollowsARedirectToMetaAndNoOther) {
  meta_.answers = {302};
  meta_.location = "/file/moved";
  EXPECT_TRUE(fetch());
  MetaFiles foreign;
  for (const auto& bad :
       {foreign.base() + "/file/1", std::string("http://10.0.0.1/file/1"),
        std::string("https://lookaside.fbsbx.com@evil.example/x"), std::string("file:///etc/passwd")}) {
    meta_.answers = {302};
    meta_.location = bad;
    const auto refused = fetch(sent("5"));
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid) << bad;
    EXPECT_THAT(refused.error().message, HasSubstr("none of Meta's hosts"));
  }
  EXPECT_EQ(foreign.downloads, 0);
  meta_.answers = {302};
  meta_.location.clear();
  EXPECT_EQ(fetch(sent("6")).error().kind, ErrorKind::kInvalid);
  meta_.answers = {302, 302, 302, 302, 302, 302, 302};
  meta_.location = "/file/again";
  EXPECT_THAT(fetch(sent("6")).error().message, HasSubstr("too many redirects"));
  meta_.answers.clear();
  EXPECT_TRUE(fetch(sent("7"))) << "and recovers";
}

TEST_F(FileLibraryTest, AnUploadIsHeldToItsTypeAndKeptOnce) {
  const auto file = keep(kPicture);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->filename, "a.jpg");
  EXPECT_EQ(keep(kPicture)->id, file->id);
  EXPECT_EQ(files_below("blobs"), 1U);
  EXPECT_EQ(keep("<svg onload=alert(1)>", "image/svg+xml", "x.svg").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(keep("", "text/plain").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(keep("x", "no type").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(files_below("tmp"), 0U);
}

TEST_F(FileLibraryTest, StreamsAnyPart) {
  std::string text(200'000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
  const auto file = keep(text, "text/plain", "t.txt").value();
  const auto part = [&](FileSpan span) {
    Collected to;
    EXPECT_TRUE(world_.run(library_->stream(acme_, file.id, span, to)));
    return to.text;
  };
  EXPECT_EQ(part({}), text);
  EXPECT_EQ(part({0, 1}), text.substr(0, 1));
  EXPECT_EQ(part({65'536, 10}), text.substr(65'536, 10));
  EXPECT_EQ(part({65'530, 20}), text.substr(65'530, 20));
  EXPECT_EQ(part({199'999, std::nullopt}), text.substr(199'999));
  EXPECT_EQ(part({150'000, 1'000'000}), text.substr(150'000));
  EXPECT_EQ(part({200'000, 5}), "");
}

TEST_F(FileLibraryTest, ReadsNoMoreThanIsAskedFor) {
  const auto file = keep(kPicture).value();
  EXPECT_EQ(world_.run(library_->read(acme_, file.id, kPicture.size() - 1)).error().kind, ErrorKind::kInvalid);
}

TEST_F(FileLibraryTest, TheSamePictureIsUploadedOnceForManySends) {
  const auto file = keep(kPicture).value();
  const auto first = meta_id(file.id).value();
  EXPECT_EQ(meta_id(file.id).value(), first);
  EXPECT_EQ(meta_id(keep(kPicture)->id).value(), first) << "also where it is brought again";
  EXPECT_THAT(meta_.uploads, ElementsAre("111 image/jpeg a.jpg " + kPicture));
  EXPECT_NE(meta_id(file.id, "333").value(), first) << "Meta's ids are a number's";
  world_.clock.advance(FileLibrary::kMetaIdLives);
  EXPECT_NE(meta_id(file.id).value(), first) << "and live for their time";
  EXPECT_THAT(meta_.uploads, SizeIs(3));
}

TEST_F(FileLibraryTest, TwoSendsAtOnceShareTheUpload) {
  const auto file = keep(kPicture).value();
  auto one =
      boost::asio::co_spawn(world_.io.executor(0), library_->meta_id(acme(), "111", file.id), boost::asio::use_future);
  auto two =
      boost::asio::co_spawn(world_.io.executor(1), library_->meta_id(acme(), "111", file.id), boost::asio::use_future);
  EXPECT_EQ(one.get().value(), two.get().value());
  EXPECT_THAT(meta_.uploads, SizeIs(1));
}

TEST_F(FileLibraryTest, WhatTheScannerFindsIsNotKept) {
  FakeScanner scanner;
  open(&scanner);
  scanner.verdict = Scanner::Verdict::kInfected;
  const auto refused = fetch();
  EXPECT_EQ(scanner.seen, kPicture);
  scanner.verdict = Scanner::Verdict::kClean;
  expect_refused(refused, "virus scanner");
}

TEST_F(FileLibraryTest, WhatCouldNotBeScannedIsKeptAndGivenOutOnceItWas) {
  FakeScanner scanner;
  open(&scanner);
  scanner.verdict = Scanner::Verdict::kUnknown;
  const auto file = fetch();
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->may_be_given_out);
  EXPECT_EQ(read(file->id).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(meta_id(file->id).error().kind, ErrorKind::kConflict);
  EXPECT_THAT(meta_.uploads, IsEmpty());
  scanner.verdict = Scanner::Verdict::kClean;
  EXPECT_EQ(read(file->id).value(), kPicture);
  EXPECT_TRUE(world_.run(library_->find(acme_, file->id)).value().may_be_given_out);
  const int scans = scanner.scans;
  EXPECT_TRUE(read(file->id));
  EXPECT_EQ(scanner.scans, scans) << "once is enough";
}

TEST_F(FileLibraryTest, WhatAScannerFindsLaterGoes) {
  FakeScanner scanner;
  open(&scanner);
  scanner.verdict = Scanner::Verdict::kUnknown;
  const auto file = fetch().value();
  scanner.verdict = Scanner::Verdict::kInfected;
  EXPECT_EQ(read(file.id).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(read(file.id).error().kind, ErrorKind::kNotFound);
}

TEST_F(FileLibraryTest, ACommandScans) {
  std::ofstream(dir_.file("scanner.sh")) << "grep -q cat \"$1\" && exit 1\ngrep -q trouble \"$1\" && exit 2\nexit 0\n";
  CommandScanner scanner(world_.clock, {"sh", dir_.file("scanner.sh"), "{file}"}, dir_.file("tmp"));
  open(&scanner);
  EXPECT_EQ(keep(kPicture).error().kind, ErrorKind::kInvalid);
  EXPECT_FALSE(keep("some trouble", "text/plain")->may_be_given_out);
  EXPECT_TRUE(keep("a dog", "text/plain")->may_be_given_out);
  EXPECT_EQ(files_below("tmp"), 0U);
}

TEST_F(FileLibraryTest, AScannerThatCannotBeRunLetsNothingOut) {
  CommandScanner scanner(world_.clock, {"/no/such/scanner", "{file}"}, dir_.file("tmp"));
  open(&scanner);
  const auto file = keep(kPicture);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(file->may_be_given_out);
}

TEST_F(FileLibraryTest, FilesGoWithTheirTimeAndTheirBytesWithTheLastOfThem) {
  const auto first = keep(kPicture).value();
  const auto second = keep(kPicture, "image/jpeg", "b.jpg").value();
  EXPECT_EQ(files_below("blobs"), 1U);
  world_.clock.advance(std::chrono::days(10));
  (void)meta_id(second.id).value();
  sweep({{acme_, std::chrono::days(5)}});
  EXPECT_EQ(read(first.id).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(read(second.id).value(), kPicture);
  EXPECT_EQ(files_below("blobs"), 1U);
  world_.clock.advance(std::chrono::days(6));
  sweep({{acme_, std::chrono::days(5)}});
  EXPECT_EQ(read(second.id).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(files_below("blobs"), 0U);
}

TEST_F(FileLibraryTest, ADeletedFileIsGoneAndItsBytesWithIt) {
  const auto file = keep(kPicture).value();
  ASSERT_TRUE(world_.run(library_->remove(acme_, file.id)));
  EXPECT_EQ(read(file.id).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(files_below("blobs"), 0U);
  EXPECT_TRUE(keep(kPicture)) << "and can be brought again";
}

TEST_F(FileLibraryTest, WhatACrashLeftIsSweptAtTheStart) {
  (void)keep(kPicture).value();
  std::ofstream(dir_.file("tmp") + "/in-left-behind") << "half a file";
  open();
  EXPECT_EQ(files_below("tmp"), 0U);
  EXPECT_EQ(files_below("blobs"), 1U);
}

TEST_F(FileLibraryTest, ATenantsStorageIsNotExceeded) {
  tenants_.set(acme_, "limits.stored_bytes", "500");
  EXPECT_TRUE(keep(kPicture));
  const auto full = keep(std::string(1000, 'x'), "text/plain");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::kInvalid);
  EXPECT_THAT(full.error().message, HasSubstr("storage is full"));
  EXPECT_EQ(files_below("blobs"), 2U) << "its bytes were there first, as after a crash";
  world_.clock.advance(std::chrono::seconds(1));
  sweep({});
  EXPECT_EQ(files_below("blobs"), 1U);
}

}  // namespace
}  // namespace claw
