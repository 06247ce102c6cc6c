#include "ledger/sqlite/database.hpp"

#include <cstring>

#include <fmt/format.h>
#include <sqlite3.h>

namespace claw::sqlite {

bool SqliteError::is_unique_violation() const {
  return code_ == SQLITE_CONSTRAINT_UNIQUE || code_ == SQLITE_CONSTRAINT_PRIMARYKEY;
}

bool SqliteError::is_refused_row() const {
  const int primary = code_ & 0xff;
  return primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG;
}

Statement::Statement(sqlite3* db, const char* sql) : db_(db) {
  check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
  const int count = sqlite3_bind_parameter_count(statement_);
  for (int i = 1; i <= count; ++i) {
    const char* const name = sqlite3_bind_parameter_name(statement_, i);
    const int number = name && name[0] == '$' ? std::atoi(name + 1) : 0;
    if (number < 1 || number > kMaxParameters)
      throw SqliteError(SQLITE_MISUSE, fmt::format("parameters are $1 … ${}: {}", kMaxParameters, sql));
    index_[number] = i;
  }
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) throw SqliteError(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
}

void Statement::bind(int number, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, index_[number], value));
}

void Statement::bind_text(int number, std::string_view text) {
  // An empty view may have no address, and SQLite would bind NULL.
  const char* const data = text.data() ? text.data() : "";
  check(sqlite3_bind_text64(statement_, index_[number], data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind_blob(int number, std::string_view bytes) {
  const char* const data = bytes.data() ? bytes.data() : "";
  check(sqlite3_bind_blob64(statement_, index_[number], data, bytes.size(), SQLITE_STATIC));
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const SqliteError error(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
  reset();
  throw error;
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::view(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data ? std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size)) : std::string_view{};
}

std::string Statement::text(int column) const {
  return std::string(view(column));
}

namespace {

/// claw_now(): the time in milliseconds, for triggers.
void now_of(sqlite3_context* context, int, sqlite3_value**) {
  static const SystemClock kMachine;
  const auto* clock = static_cast<const Clock*>(sqlite3_user_data(context));
  sqlite3_result_int64(context, to_ms(clock ? clock->now() : kMachine.now()));
}

}  // namespace

Database::Database(const Options& options) {
  // Nobody reads SQLite's count of its memory, and each allocation would lock for it. Without effect where SQLite runs
  // already.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code =
      sqlite3_open_v2(options.path.c_str(), &db_, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (code != SQLITE_OK) {
    const SqliteError error(code, fmt::format("cannot open {}: {}", options.path, sqlite3_errstr(code)));
    sqlite3_close_v2(db_);
    throw error;
  }
  try {
    // Of deterministic functions alone SQLite keeps the value within a statement; this one is asked anew.
    sqlite3_create_function_v2(db_, "claw_now", 0, SQLITE_UTF8, const_cast<Clock*>(options.clock), now_of, nullptr,
                               nullptr, nullptr);
    // A reader may meet the moment in which the log is reset; it waits instead of failing.
    sqlite3_busy_timeout(db_, 5000);
    script(fmt::format("PRAGMA cache_size = -{}", options.cache_mib * 1024).c_str());
    if (options.read_only) {
      script("PRAGMA query_only = 1");
    } else {
      script("PRAGMA journal_mode = WAL");
      // SQLite's numbers of OFF, NORMAL and FULL.
      script(fmt::format("PRAGMA synchronous = {}", std::to_underlying(options.synchronous)).c_str());
      script(fmt::format("PRAGMA wal_autocheckpoint = {}", options.checkpoint_pages).c_str());
      script("PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY");
    }
  } catch (...) {
    sqlite3_close_v2(db_);
    throw;
  }
}

Database::~Database() {
  statements_.clear();
  sqlite3_close_v2(db_);
}

void Database::script(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw SqliteError(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
}

Statement& Database::cached(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<Statement>(db_, sql);
  return *statement;
}

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(db_);
}

int Database::changes() const {
  return sqlite3_changes(db_);
}

bool Database::in_autocommit() const {
  return sqlite3_get_autocommit(db_) != 0;
}

}  // namespace claw::sqlite
