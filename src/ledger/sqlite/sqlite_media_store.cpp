#include "ledger/sqlite/sqlite_media_store.hpp"

#include <limits>

#include <fmt/format.h>

#include "ledger/sqlite/tally.hpp"

namespace claw::sqlite {
namespace {

#define CLAW_FILE_COLUMNS "id, tenant, sha256, mime_type, filename, size, created_ms, scanned"

std::unexpected<Error> no_such_file() {
  return fail(ErrorKind::kNotFound, "there is no such file: it may have been deleted, or its time was over");
}

FileRow file_at(const Database::Query& rows) {
  return {FileId{rows->integer(0)}, TenantId{rows->integer(1)}, rows->text(2),        rows->text(3), rows->text(4),
          rows->integer(5),         from_ms(rows->integer(6)),  rows->integer(7) != 0};
}

Result<FileRow> one_file(Database::Query rows) {
  if (!rows.next()) return no_such_file();
  return file_at(rows);
}

Result<FileRow> file_by_id(Database& db, TenantId tenant, FileId id) {
  return one_file(db.query("SELECT " CLAW_FILE_COLUMNS " FROM files WHERE tenant = $1 AND id = $2", tenant, id));
}

/// A tenant's files count into what it has stored, each by itself.
void count(Database& db, TenantId tenant, std::int64_t bytes) {
  Tally tally;
  tally.stored(tenant).bytes += bytes;
  tally.write(db);
}

void mark_loose(Database& db, TenantId tenant, const std::string& sha256, TimePoint now) {
  db.run("INSERT INTO loose_content (tenant, sha256, since_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", tenant,
         sha256, to_ms(now));
}

void drop(Database& db, const FileRow& row, TimePoint now) {
  db.run("DELETE FROM files WHERE id = $1", row.id);
  db.run("DELETE FROM fetched_files WHERE tenant = $1 AND file = $2", row.tenant, row.id);
  db.run("DELETE FROM uploaded_files WHERE tenant = $1 AND file = $2", row.tenant, row.id);
  count(db, row.tenant, -row.size - kRowBytes);
  auto others = db.query("SELECT 1 FROM files WHERE tenant = $1 AND sha256 = $2 LIMIT 1", row.tenant, row.sha256);
  if (!others.next()) mark_loose(db, row.tenant, row.sha256, now);
}

bool is_full(Database& db, TenantId tenant, std::int64_t more, std::int64_t limit) {
  if (limit <= 0) return false;
  auto row = db.query("SELECT bytes FROM stored WHERE tenant = $1", tenant);
  return (row.next() ? row->integer(0) : 0) + more > limit;
}

}  // namespace

Task<Result<FileRow>> SqliteMediaStore::find(TenantId tenant, FileId id) {
  return store_.read<FileRow>([=](Database& db) { return file_by_id(db, tenant, id); });
}

Task<Result<FileRow>> SqliteMediaStore::find_fetched(TenantId tenant, std::string meta_id) {
  return store_.read<FileRow>([tenant, meta_id = std::move(meta_id)](Database& db) {
    return one_file(db.query("SELECT " CLAW_FILE_COLUMNS " FROM files WHERE tenant = $1 AND id = "
                             "(SELECT file FROM fetched_files WHERE tenant = $1 AND meta_id = $2)",
                             tenant, meta_id));
  });
}

Task<Result<std::vector<FileRow>>> SqliteMediaStore::list(TenantId tenant, FileId before, std::size_t limit) {
  return store_.read<std::vector<FileRow>>([=](Database& db) -> Result<std::vector<FileRow>> {
    std::vector<FileRow> found;
    const std::int64_t below = before ? before.value : std::numeric_limits<std::int64_t>::max();
    auto rows =
        db.query("SELECT " CLAW_FILE_COLUMNS " FROM files WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                 tenant, below, limit);
    while (rows.next()) found.push_back(file_at(rows));
    return found;
  });
}

Task<Result<void>> SqliteMediaStore::note_loose(LooseContent content, TimePoint now) {
  return store_.write<void>([content = std::move(content), now](Database& db) -> Result<void> {
    {
      auto files =
          db.query("SELECT 1 FROM files WHERE tenant = $1 AND sha256 = $2 LIMIT 1", content.tenant, content.sha256);
      if (files.next()) return {};
    }
    mark_loose(db, content.tenant, content.sha256, now);
    return {};
  });
}

Task<Result<FileRow>> SqliteMediaStore::add(FileRow row, std::string fetched_as, std::int64_t stored_limit) {
  return store_.write<FileRow>([row = std::move(row), fetched_as = std::move(fetched_as),
                                stored_limit](Database& db) mutable -> Result<FileRow> {
    auto same = one_file(db.query("SELECT " CLAW_FILE_COLUMNS " FROM files "
                                  "WHERE tenant = $1 AND sha256 = $2 AND mime_type = $3 AND filename = $4",
                                  row.tenant, row.sha256, row.mime_type, row.filename));
    const TimePoint now = row.created_at;
    if (same) {
      db.run("UPDATE files SET used_ms = max(used_ms, $1), scanned = max(scanned, $2) WHERE id = $3", to_ms(now),
             row.scanned, same->id);
      same->scanned = same->scanned || row.scanned;
      row = std::move(*same);
    } else {
      if (is_full(db, row.tenant, row.size + kRowBytes, stored_limit))
        return fail(ErrorKind::kInvalid,
                    "the tenant's storage is full: let messages and files go sooner, or ask the operator for more");
      db.run(
          "INSERT INTO files (tenant, sha256, mime_type, filename, size, created_ms, used_ms, scanned) "
          "VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
          row.tenant, row.sha256, row.mime_type, row.filename, row.size, to_ms(now), row.scanned);
      row.id = FileId{db.last_insert_id()};
      count(db, row.tenant, row.size + kRowBytes);
    }
    db.run("DELETE FROM loose_content WHERE tenant = $1 AND sha256 = $2", row.tenant, row.sha256);
    if (!fetched_as.empty())
      db.run("INSERT OR REPLACE INTO fetched_files (tenant, meta_id, file) VALUES ($1, $2, $3)", row.tenant, fetched_as,
             row.id);
    return row;
  });
}

Task<Result<void>> SqliteMediaStore::set_scanned(TenantId tenant, FileId id) {
  return store_.write<void>([=](Database& db) -> Result<void> {
    db.run("UPDATE files SET scanned = 1 WHERE tenant = $1 AND id = $2", tenant, id);
    if (db.changes() == 0) return no_such_file();
    return {};
  });
}

Task<Result<void>> SqliteMediaStore::remove(TenantId tenant, FileId id, TimePoint now) {
  return store_.write<void>([=](Database& db) -> Result<void> {
    const auto row = file_by_id(db, tenant, id);
    if (!row) return std::unexpected(row.error());
    drop(db, *row, now);
    return {};
  });
}

Task<Result<std::string>> SqliteMediaStore::meta_id(TenantId tenant, std::string phone_number_id, FileId id,
                                                    TimePoint now) {
  return store_.write<std::string>([tenant, phone_number_id = std::move(phone_number_id), id,
                                    now](Database& db) -> Result<std::string> {
    db.run("UPDATE files SET used_ms = max(used_ms, $1) WHERE tenant = $2 AND id = $3", to_ms(now), tenant, id);
    auto row = db.query(
        "SELECT meta_id FROM uploaded_files WHERE tenant = $1 AND file = $2 AND number = $3 AND lives_until_ms > $4",
        tenant, id, phone_number_id, to_ms(now));
    // Not an error of the write: the file was used, and that is kept.
    return row.next() ? row->text(0) : std::string();
  });
}

Task<Result<void>> SqliteMediaStore::put_meta_id(TenantId tenant, std::string phone_number_id, FileId id,
                                                 std::string meta_id, TimePoint lives_until) {
  return store_.write<void>([tenant, phone_number_id = std::move(phone_number_id), id, meta_id = std::move(meta_id),
                             lives_until](Database& db) -> Result<void> {
    // Only of a file that is still there: what is deleted during its upload leaves nothing behind.
    db.run(
        "INSERT OR REPLACE INTO uploaded_files (tenant, file, number, meta_id, lives_until_ms) "
        "SELECT tenant, id, $3, $4, $5 FROM files WHERE tenant = $1 AND id = $2",
        tenant, id, phone_number_id, meta_id, to_ms(lives_until));
    return {};
  });
}

Task<Result<std::size_t>> SqliteMediaStore::expire(TenantId tenant, TimePoint before, std::size_t limit,
                                                   TimePoint now) {
  return store_.write<std::size_t>([=](Database& db) -> Result<std::size_t> {
    std::vector<FileId> old;
    {
      auto rows = db.query("SELECT id FROM files WHERE tenant = $1 AND used_ms < $2 ORDER BY used_ms LIMIT $3", tenant,
                           to_ms(before), limit);
      while (rows.next()) old.push_back(FileId{rows->integer(0)});
    }
    for (const auto id : old)
      if (const auto row = file_by_id(db, tenant, id)) drop(db, *row, now);
    return old.size();
  });
}

Task<Result<std::vector<LooseContent>>> SqliteMediaStore::loose(TimePoint before, std::size_t limit) {
  return store_.read<std::vector<LooseContent>>([=](Database& db) -> Result<std::vector<LooseContent>> {
    std::vector<LooseContent> found;
    auto rows = db.query("SELECT tenant, sha256 FROM loose_content WHERE since_ms < $1 ORDER BY since_ms LIMIT $2",
                         to_ms(before), limit);
    while (rows.next()) found.push_back({TenantId{rows->integer(0)}, rows->text(1)});
    return found;
  });
}

Task<Result<bool>> SqliteMediaStore::is_loose(LooseContent content) {
  return store_.read<bool>([content = std::move(content)](Database& db) -> Result<bool> {
    auto row =
        db.query("SELECT 1 FROM loose_content WHERE tenant = $1 AND sha256 = $2", content.tenant, content.sha256);
    return row.next();
  });
}

Task<Result<void>> SqliteMediaStore::forget_loose(LooseContent content) {
  return store_.write<void>([content = std::move(content)](Database& db) -> Result<void> {
    db.run("DELETE FROM loose_content WHERE tenant = $1 AND sha256 = $2", content.tenant, content.sha256);
    return {};
  });
}

}  // namespace claw::sqlite
