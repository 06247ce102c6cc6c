#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace claw::sqlite {

/// A statement or the file failed. `code` is SQLite's extended result code.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] int code() const { return code_; }
  /// A UNIQUE or PRIMARY KEY constraint said no.
  [[nodiscard]] bool is_unique_violation() const;
  /// The row does not fit the tables: a constraint, a type or a size. The same write fails again; others do not.
  [[nodiscard]] bool is_refused_row() const;

 private:
  int code_;
};

/// One prepared statement. Parameters are `$1 … $9`, bound by name: SQLite numbers them by first appearance, which is
/// not what they say.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(int number, std::int64_t value);
  /// The bytes must live until the statement is reset.
  void bind_text(int number, std::string_view text);
  void bind_blob(int number, std::string_view bytes);
  /// True if there is a row. Throws SqliteError.
  bool step();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;  ///< Also a blob's bytes.
  /// Valid until the next step() or reset().
  [[nodiscard]] std::string_view view(int column) const;

 private:
  static constexpr int kMaxParameters = 24;
  void check(int code) const;
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int index_[kMaxParameters + 1] = {};  // constant after construction: $n -> SQLite's index
};

/// A blob parameter, where plain text would be a text parameter.
struct Blob {
  std::string_view bytes;
};

/// One connection. Not for two threads at once.
class Database {
 public:
  /// What a power cut takes, as SQLite calls it.
  enum class Synchronous : std::uint8_t {
    kOff,     ///< Any part of it, and the file may be broken: only in the test that shows what kFull is for.
    kNormal,  ///< The last commits.
    kFull,    ///< Nothing that was committed.
  };
  struct Options {
    std::string path;
    std::string vfs;  ///< Empty: the default.
    bool read_only = false;
    int cache_mib = 64;
    int checkpoint_pages = 16'000;
    Synchronous synchronous = Synchronous::kFull;
    const Clock* clock = nullptr;  ///< What claw_now() says; outlives the connection. nullptr: the machine's.
  };
  explicit Database(const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements that give no rows; not cached.
  void script(const char* sql);

  /// A row cursor that gives its statement back when it goes.
  class Query {
   public:
    explicit Query(Statement& statement) : statement_(&statement) {}
    Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query() {
      if (statement_) statement_->reset();
    }
    bool next() { return statement_->step(); }
    Statement* operator->() const { return statement_; }

   private:
    Statement* statement_;
  };

  /// `sql` must be a literal: prepared statements are kept by its address. Integers, ids, enums, text and Blob bind.
  /// Texts must live as long as the query: one that dies with the call is refused by the compiler.
  template <class... Args>
  [[nodiscard]] Query query(const char* sql, Args&&... args) {
    static_assert(!(std::is_same_v<Args, std::string> || ...),
                  "a text made for the call is gone when the rows are read");
    Statement& statement = cached(sql);
    int number = 0;
    (bind(statement, ++number, args), ...);
    return Query(statement);
  }
  template <class... Args>
  void run(const char* sql, const Args&... args) {
    auto rows = query(sql, args...);
    while (rows.next()) {
    }
  }

  [[nodiscard]] std::int64_t last_insert_id() const;
  /// Rows changed by the last statement.
  [[nodiscard]] int changes() const;
  /// False inside a transaction.
  [[nodiscard]] bool in_autocommit() const;

 private:
  template <class T>
  static void bind(Statement& statement, int number, const T& value) {
    if constexpr (std::is_same_v<T, Blob>) {
      statement.bind_blob(number, value.bytes);
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      statement.bind(number, static_cast<std::int64_t>(value));
    } else if constexpr (requires { value.value; }) {
      statement.bind(number, value.value);
    } else {
      statement.bind_text(number, value);
    }
  }
  Statement& cached(const char* sql);

  sqlite3* db_ = nullptr;
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
};

}  // namespace claw::sqlite
