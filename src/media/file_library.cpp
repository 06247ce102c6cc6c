#include "media/file_library.hpp"

#include <fcntl.h>
#include <filesystem>

#include <fmt/format.h>

#include "base/log.hpp"
#include "media/media_type.hpp"
#include "whatsapp/media_json.hpp"

namespace claw {
namespace {

constexpr std::size_t kNameBytes = 16;
/// Between two steps of a sweep, so that writes of others come first.
constexpr std::chrono::milliseconds kPause{50};

Counter& counted(Metrics& metrics, const char* what) {
  return metrics.counter("clawcentral_media_files_total", "Files by what became of them.",
                         fmt::format("result=\"{}\"", what));
}

std::unexpected<Error> not_as_promised(std::string_view what) {
  return fail(ErrorKind::kInvalid, fmt::format("the file has another {} than Meta said: it was changed on its way, or "
                                               "is another file",
                                               what));
}

std::unexpected<Error> infected() {
  return fail(ErrorKind::kInvalid, "the virus scanner found something in the file: it was not kept");
}

}  // namespace

FileLibrary::FileLibrary(const Parts& parts, const Vault& vault, PublicIds ids, std::string temp_folder)
    : store_(parts.store),
      blobs_(parts.blobs),
      graph_(parts.graph),
      workers_(parts.workers),
      clock_(parts.clock),
      scanner_(parts.scanner),
      vault_(vault),
      ids_(std::move(ids)),
      temp_folder_(std::move(temp_folder)),
      fetched_(counted(parts.metrics, "fetched")),
      refused_(counted(parts.metrics, "refused")),
      uploaded_(counted(parts.metrics, "uploaded")) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::create_directories(temp_folder_, ignored);
  fs::permissions(temp_folder_, fs::perms::owner_all, ignored);
  for (const auto& left : fs::directory_iterator(temp_folder_, ignored)) fs::remove_all(left.path(), ignored);
}

SecretString FileLibrary::key_of(TenantId tenant) const {
  return vault_.derive(fmt::format("media of tenant {}", tenant.value));
}

std::string FileLibrary::blob_of(TenantId tenant, std::string_view sha256) const {
  const auto name =
      to_hex(hmac_sha256(vault_.derive("media names").expose(), fmt::format("{}/{}", tenant.value, sha256)));
  return fmt::format("{}/{}", name.substr(0, 2), name);
}

StoredFile FileLibrary::view(const FileRow& row) const {
  return {ids_.name('f', row.id.value), row.sha256, row.mime_type, row.filename, row.size, row.created_at,
          row.scanned || !scanner_};
}

Result<FileLibrary::Incoming> FileLibrary::begin(TenantId tenant, std::int64_t max_bytes) const {
  return SealedWriter::create(temp_folder_ + "/in-" + to_hex(random_bytes(kNameBytes)), key_of(tenant), max_bytes);
}

Task<Result<FileLibrary::Incoming>> FileLibrary::download(TenantRef tenant, const std::string& phone_number_id,
                                                          const whatsapp::Media& media, MetaMedia& facts) {
  const auto limit = max_bytes_of(media.mime_type.empty() ? facts.mime_type : media.mime_type, !media.filename.empty());
  for (bool again = false;; again = true) {
    if (facts.size > limit)
      co_return fail(ErrorKind::kInvalid,
                     fmt::format("the file has {} bytes, and of its type {} are the most", facts.size, limit));
    auto incoming = begin(tenant->id, limit);
    if (!incoming) co_return std::unexpected(incoming.error());
    const auto done = co_await graph_.download(tenant, phone_number_id, facts.url, *incoming);
    if (done) co_return std::move(*incoming);
    if (done.error().kind != ErrorKind::kNotFound || again) co_return std::unexpected(done.error());
    // The address lives for five minutes, the file for days: it is asked for once more.
    auto anew = co_await graph_.facts(tenant, phone_number_id, media.id);
    if (!anew) co_return std::unexpected(anew.error());
    facts = std::move(*anew);
  }
}

Task<Result<StoredFile>> FileLibrary::fetch(TenantRef tenant, std::string phone_number_id, whatsapp::Media media) {
  if (const auto known = co_await store_.find_fetched(tenant->id, media.id)) co_return view(*known);
  const auto held = co_await locks_.hold(fmt::format("fetch/{}/{}", tenant->id.value, media.id));
  if (const auto known = co_await store_.find_fetched(tenant->id, media.id)) co_return view(*known);
  auto facts = co_await graph_.facts(tenant, phone_number_id, media.id);
  if (!facts) co_return std::unexpected(facts.error());
  auto incoming = co_await download(tenant, phone_number_id, media, *facts);
  if (!incoming) {
    if (incoming.error().kind == ErrorKind::kInvalid) refused_.add();
    co_return std::unexpected(incoming.error());
  }
  auto content = (*incoming)->finish();
  if (!content) co_return std::unexpected(content.error());
  const auto told = whatsapp::sha256_hex(media.sha256);
  if (facts->size > 0 && facts->size != content->size) co_return not_as_promised("size");
  for (const auto& promised : {told, facts->sha256})
    if (!promised.empty() && promised != content->sha256) co_return not_as_promised("checksum");
  Said said{media.mime_type.empty() ? facts->mime_type : media.mime_type, media.filename, media.id};
  auto kept = co_await take_in(std::move(tenant), std::move(*incoming), std::move(*content), std::move(said));
  if (kept)
    fetched_.add();
  else if (kept.error().kind == ErrorKind::kInvalid)
    refused_.add();
  co_return kept;
}

Task<Result<StoredFile>> FileLibrary::keep(TenantRef tenant, net::BodyReader& body, std::string mime_type,
                                           std::string filename) {
  if (essence_of(mime_type).empty())
    co_return fail(ErrorKind::kInvalid, "say what the file is by a Content-Type like image/jpeg");
  if (const auto size = body.size(); size && *size > static_cast<std::uint64_t>(kMaxBytes))
    co_return fail(ErrorKind::kInvalid, fmt::format("the file has {} bytes, and {} are the most", *size, kMaxBytes));
  const auto incoming = begin(tenant->id, kMaxBytes);
  if (!incoming) co_return std::unexpected(incoming.error());
  for (;;) {
    const auto piece = co_await body.next();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) break;
    if (auto written = (*incoming)->write(*piece); !written) co_return std::unexpected(written.error());
  }
  auto content = (*incoming)->finish();
  if (!content) co_return std::unexpected(content.error());
  if (content->size == 0) co_return fail(ErrorKind::kInvalid, "the file is empty");
  co_return co_await take_in(std::move(tenant), *incoming, std::move(*content),
                             Said{std::move(mime_type), std::move(filename)});
}

Task<Result<StoredFile>> FileLibrary::take_in(TenantRef tenant, Incoming incoming, SealedContent content, Said said) {
  if (const auto fits = check_first_bytes(said.mime_type, incoming->head()); !fits)
    co_return std::unexpected(fits.error());
  const auto clean = co_await is_clean(incoming, tenant->id, content);
  if (!clean) co_return std::unexpected(clean.error());
  constexpr std::size_t kLongestType = 200;
  FileRow row;
  row.tenant = tenant->id;
  row.sha256 = std::move(content.sha256);
  row.mime_type = said.mime_type.substr(0, kLongestType);
  row.filename = safe_filename(said.filename);
  row.size = content.size;
  row.created_at = clock_.now();
  row.scanned = *clean;
  const auto stored = co_await store(std::move(tenant), std::move(incoming), std::move(row), std::move(said.meta_id));
  if (!stored) co_return std::unexpected(stored.error());
  co_return view(*stored);
}

Task<Result<bool>> FileLibrary::is_clean(const Incoming& incoming, TenantId tenant, const SealedContent& content) {
  if (!scanner_) co_return true;
  auto reader =
      SealedReader::open(Fd(::open(incoming->path().c_str(), O_RDONLY | O_CLOEXEC)), key_of(tenant), content.sha256);
  if (!reader) co_return std::unexpected(reader.error());
  const auto verdict = co_await scanner_->scan(std::move(*reader));
  if (verdict == Scanner::Verdict::kInfected) {
    log::warn("media.infected tenant_id={} sha256={}", tenant.value, content.sha256);
    co_return infected();
  }
  co_return verdict == Scanner::Verdict::kClean;
}

Task<Result<FileRow>> FileLibrary::store(TenantRef tenant, Incoming incoming, FileRow row, std::string meta_id) {
  const LooseContent content{row.tenant, row.sha256};
  const auto blob = blob_of(row.tenant, row.sha256);
  // Nobody deletes these bytes between here and their row.
  const auto held = co_await locks_.hold("content/" + blob);
  if (auto noted = co_await store_.note_loose(content, clock_.now()); !noted) co_return std::unexpected(noted.error());
  const auto is_new = co_await store_.is_loose(content);
  if (!is_new) co_return std::unexpected(is_new.error());
  if (*is_new) {
    const std::string path = incoming->path();
    incoming->keep();
    if (auto put = co_await blobs_.put(blob, path); !put) co_return std::unexpected(put.error());
  }
  co_return co_await store_.add(std::move(row), std::move(meta_id), tenant->limits.stored_bytes);
}

Task<Result<FileRow>> FileLibrary::row_of(TenantId tenant, std::string_view id) {
  const auto number = ids_.number('f', id);
  if (!number) co_return fail(ErrorKind::kNotFound, "there is no such file");
  co_return co_await store_.find(tenant, FileId{*number});
}

Task<Result<FileRow>> FileLibrary::row_to_give(TenantId tenant, std::string_view id) {
  auto row = co_await row_of(tenant, id);
  if (!row || row->scanned || !scanner_) co_return row;
  auto reader = co_await open(*row);
  if (!reader) co_return std::unexpected(reader.error());
  switch (co_await scanner_->scan(std::move(*reader))) {
    case Scanner::Verdict::kClean:
      if (auto noted = co_await store_.set_scanned(tenant, row->id); !noted) co_return std::unexpected(noted.error());
      row->scanned = true;
      co_return row;
    case Scanner::Verdict::kInfected:
      log::warn("media.infected tenant_id={} sha256={}", tenant.value, row->sha256);
      (void)co_await store_.remove(tenant, row->id, clock_.now());
      co_return infected();
    case Scanner::Verdict::kUnknown:
      break;
  }
  co_return fail(ErrorKind::kConflict,
                 "the file could not be scanned for viruses, and is not given out until it was: try again later");
}

Task<Result<std::shared_ptr<SealedReader>>> FileLibrary::open(const FileRow& row) {
  auto fd = co_await blobs_.open(blob_of(row.tenant, row.sha256));
  if (!fd) co_return std::unexpected(fd.error());
  co_return SealedReader::open(std::move(*fd), key_of(row.tenant), row.sha256);
}

Task<Result<StoredFile>> FileLibrary::find(TenantId tenant, std::string id) {
  const auto row = co_await row_of(tenant, id);
  if (!row) co_return std::unexpected(row.error());
  co_return view(*row);
}

Task<Result<std::vector<StoredFile>>> FileLibrary::list(TenantId tenant, std::string before, std::size_t limit) {
  const auto number = before.empty() ? std::optional<std::int64_t>(0) : ids_.number('f', before);
  if (!number) co_return fail(ErrorKind::kInvalid, "before must be the id of a file");
  const auto rows = co_await store_.list(tenant, FileId{*number}, limit);
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<StoredFile> found;
  for (const auto& row : *rows) found.push_back(view(row));
  co_return found;
}

Task<Result<void>> FileLibrary::try_store(TenantId tenant) {
  const std::string text = "a try: " + to_hex(random_bytes(kNameBytes));
  auto trial = begin(tenant, std::ssize(text));
  if (!trial) co_return std::unexpected(trial.error());
  if (auto written = (*trial)->write(text); !written) co_return written;
  const auto content = (*trial)->finish();
  if (!content) co_return std::unexpected(content.error());
  // Its words are like no file's, and so is its name.
  const auto blob = blob_of(tenant, content->sha256);
  const std::string path = (*trial)->path();
  (*trial)->keep();
  if (auto put = co_await blobs_.put(blob, path); !put) co_return put;
  const auto same = co_await is_stored(tenant, content->sha256, text);
  const auto gone = co_await blobs_.remove(blob);
  co_return same ? gone : same;
}

Task<Result<void>> FileLibrary::is_stored(TenantId tenant, std::string sha256, std::string text) {
  auto fd = co_await blobs_.open(blob_of(tenant, sha256));
  if (!fd) co_return std::unexpected(fd.error());
  auto reader = SealedReader::open(std::move(*fd), key_of(tenant), std::move(sha256));
  if (!reader) co_return std::unexpected(reader.error());
  const auto piece = (*reader)->next();
  if (!piece) co_return std::unexpected(piece.error());
  if (*piece != text) co_return fail(ErrorKind::kFatal, "what was read is not what was put");
  co_return Result<void>{};
}

Task<Result<std::string>> FileLibrary::read(TenantId tenant, std::string id, std::size_t max_bytes) {
  const auto row = co_await row_to_give(tenant, id);
  if (!row) co_return std::unexpected(row.error());
  if (row->size > static_cast<std::int64_t>(max_bytes))
    co_return fail(ErrorKind::kInvalid,
                   fmt::format("the file has {} bytes, {} at most are read", row->size, max_bytes));
  auto reader = co_await open(*row);
  if (!reader) co_return std::unexpected(reader.error());
  co_return co_await workers_.run<std::string>([reader = std::move(*reader)](std::size_t) -> Result<std::string> {
    std::string whole;
    for (;;) {
      const auto piece = reader->next();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) return whole;
      whole.append(*piece);
    }
  });
}

Task<Result<void>> FileLibrary::stream(TenantId tenant, std::string id, FileSpan span, net::BodyWriter& to) {
  const auto row = co_await row_to_give(tenant, id);
  if (!row) co_return std::unexpected(row.error());
  const auto opened = co_await open(*row);
  if (!opened) co_return std::unexpected(opened.error());
  std::int64_t skip = std::clamp<std::int64_t>(span.from, 0, row->size);
  std::int64_t left = std::min(span.bytes.value_or(row->size), row->size - skip);
  while (left > 0) {
    // The seal can be opened from the beginning only.
    const auto piece =
        co_await workers_.run<std::string_view>([reader = *opened, skip](std::size_t) -> Result<std::string_view> {
          for (auto over = skip;;) {
            const auto next = reader->next();
            if (!next || next->empty() || over < std::ssize(*next))
              return next ? next->substr(static_cast<std::size_t>(next->empty() ? 0 : over)) : next;
            over -= std::ssize(*next);
          }
        });
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return fail(ErrorKind::kFatal, "the stored file is shorter than it should be");
    skip = 0;
    const auto part = piece->substr(0, static_cast<std::size_t>(std::min(left, std::ssize(*piece))));
    left -= std::ssize(part);
    if (!co_await to.write(part)) break;
  }
  co_return Result<void>{};
}

Task<Result<std::string>> FileLibrary::meta_id(TenantRef tenant, std::string phone_number_id, std::string id) {
  const auto row = co_await row_to_give(tenant->id, id);
  if (!row) co_return std::unexpected(row.error());
  const auto held = co_await locks_.hold(fmt::format("upload/{}/{}", phone_number_id, row->id.value));
  auto known = co_await store_.meta_id(tenant->id, phone_number_id, row->id, clock_.now());
  if (!known || !known->empty()) co_return known;
  auto reader = co_await open(*row);
  if (!reader) co_return std::unexpected(reader.error());
  const auto begun = clock_.now();
  auto given = co_await graph_.upload(tenant, phone_number_id,
                                      {row->mime_type, row->filename.empty() ? "file" : row->filename,
                                       std::make_shared<SealedSource>(std::move(*reader), row->size)});
  if (!given) co_return given;
  uploaded_.add();
  const auto noted = co_await store_.put_meta_id(tenant->id, phone_number_id, row->id, *given, begun + kMetaIdLives);
  // Meta has the file all the same: the message can go, and the next one uploads it anew.
  if (!noted) log::warn("media.id_not_kept tenant={} reason=\"{}\"", tenant->name, noted.error().message);
  co_return given;
}

Task<Result<void>> FileLibrary::remove(TenantId tenant, std::string id) {
  const auto row = co_await row_of(tenant, id);
  if (!row) co_return std::unexpected(row.error());
  if (auto gone = co_await store_.remove(tenant, row->id, clock_.now()); !gone) co_return gone;
  co_await drop_loose({tenant, row->sha256});
  co_return Result<void>{};
}

Task<> FileLibrary::drop_loose(LooseContent content) {
  const auto blob = blob_of(content.tenant, content.sha256);
  const auto held = co_await locks_.hold("content/" + blob);
  const auto loose = co_await store_.is_loose(content);
  if (!loose || !*loose) co_return;
  const auto gone = co_await blobs_.remove(blob);
  const auto forgotten = gone ? co_await store_.forget_loose(std::move(content)) : gone;
  if (!forgotten)
    log::warn("media.not_deleted tenant_id={} reason=\"{}\"", content.tenant.value, forgotten.error().message);
}

Task<> FileLibrary::sweep(std::vector<Retention> keep) {
  for (const auto& [tenant, time] : keep) {
    for (std::size_t step = kSweepStep; step >= kSweepStep;) {
      const auto now = clock_.now();
      const auto gone = co_await store_.expire(tenant, now - time, kSweepStep, now);
      if (!gone) log::warn("media.sweep_failed reason=\"{}\"", gone.error().message);
      step = gone.value_or(0);
      if (step > 0) log::info("media.expired tenant_id={} files={}", tenant.value, step);
      co_await clock_.sleep(kPause);
    }
  }
  // Once through what there was: what cannot be deleted now waits for the next sweep.
  const auto until = clock_.now();
  for (std::size_t tried = 0;;) {
    const auto loose = co_await store_.loose(until, tried + kSweepStep);
    if (!loose || loose->size() <= tried) co_return;
    const auto before = tried;
    for (auto i = tried; i < loose->size(); ++i) {
      co_await drop_loose((*loose)[i]);
      const auto still = co_await store_.is_loose((*loose)[i]);
      if (!still || *still) ++tried;
    }
    if (tried - before >= kSweepStep) co_return;
    co_await clock_.sleep(kPause);
  }
}

}  // namespace claw
