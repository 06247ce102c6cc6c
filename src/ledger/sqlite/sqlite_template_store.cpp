#include "ledger/sqlite/sqlite_template_store.hpp"

#include <fmt/format.h>

namespace claw::sqlite {
namespace {

#define CLAW_TEMPLATE_COLUMNS \
  "tenant, waba, id, name, language, category, status, quality, reason, named, components, seen_ms"

std::unexpected<Error> no_such_template() {
  return fail(ErrorKind::kNotFound, "there is no such template: it may have been deleted, or not been read from Meta");
}

TemplateRow row_at(const Database::Query& rows) {
  TemplateRow row;
  row.tenant = TenantId{rows->integer(0)};
  row.waba_id = rows->text(1);
  row.what = {rows->text(2), rows->text(3), rows->text(4),         rows->text(5), rows->text(6),
              rows->text(7), rows->text(8), rows->integer(9) != 0, rows->text(10)};
  row.seen_at = from_ms(rows->integer(11));
  return row;
}

Result<TemplateRow> one(Database::Query rows) {
  if (!rows.next()) return no_such_template();
  return row_at(rows);
}

void put_row(Database& db, const TemplateRow& row, TimePoint asked_at) {
  const auto& what = row.what;
  // The name may have been made anew under another id.
  db.run("DELETE FROM templates WHERE tenant = $1 AND waba = $2 AND name = $3 AND language = $4 AND id <> $5",
         row.tenant, row.waba_id, what.name, what.language, what.id);
  db.run("INSERT INTO templates (" CLAW_TEMPLATE_COLUMNS
         ") "
         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
         "ON CONFLICT (tenant, id) DO UPDATE SET waba = $2, name = $4, language = $5, "
         "category = CASE WHEN heard_ms > $12 THEN category ELSE $6 END, "
         "status = CASE WHEN heard_ms > $12 THEN status ELSE $7 END, "
         "quality = CASE WHEN heard_ms > $12 AND quality <> '' THEN quality WHEN $8 = '' THEN quality ELSE $8 END, "
         "reason = CASE WHEN heard_ms > $12 THEN reason WHEN $9 = '' AND status = $7 THEN reason ELSE $9 END, "
         "named = $10, components = $11, seen_ms = max(seen_ms, $12)",
         row.tenant, row.waba_id, what.id, what.name, what.language, what.category, what.status, what.quality,
         what.reason, what.named, what.components, to_ms(asked_at));
}

/// `%` and `_` as they are.
std::string like_pattern(std::string_view words) {
  std::string pattern = "%";
  for (const char c : words) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

}  // namespace

Task<Result<TemplateRow>> SqliteTemplateStore::find(TenantId tenant, std::string id) {
  return store_.read<TemplateRow>([tenant, id = std::move(id)](Database& db) {
    return one(db.query("SELECT " CLAW_TEMPLATE_COLUMNS " FROM templates WHERE tenant = $1 AND id = $2", tenant, id));
  });
}

Task<Result<TemplateRow>> SqliteTemplateStore::find_named(TenantId tenant, std::string waba_id, std::string name,
                                                          std::string language) {
  return store_.read<TemplateRow>(
      [tenant, waba_id = std::move(waba_id), name = std::move(name), language = std::move(language)](Database& db) {
        return one(db.query("SELECT " CLAW_TEMPLATE_COLUMNS
                            " FROM templates WHERE tenant = $1 AND waba = $2 AND name = $3 AND language = $4",
                            tenant, waba_id, name, language));
      });
}

Task<Result<std::vector<TemplateRow>>> SqliteTemplateStore::list(TenantId tenant, TemplateFilter filter) {
  return store_.read<std::vector<TemplateRow>>([tenant, filter = std::move(filter)](
                                                   Database& db) -> Result<std::vector<TemplateRow>> {
    const auto pattern = filter.search.empty() ? std::string() : like_pattern(filter.search);
    const TemplateCursor from = filter.after.value_or(TemplateCursor());
    auto rows = db.query("SELECT " CLAW_TEMPLATE_COLUMNS
                         " FROM templates WHERE tenant = $1 AND (name, language, id) > ($2, $3, $4) "
                         "AND ($5 = '' OR name LIKE $5 ESCAPE '\\' OR components LIKE $5 ESCAPE '\\') "
                         "AND ($6 = '' OR status = $6) AND ($7 = '' OR category = $7) AND ($8 = '' OR language = $8) "
                         "AND ($9 = '' OR waba = $9) ORDER BY name, language, id LIMIT $10",
                         tenant, from.name, from.language, from.id, pattern, filter.status, filter.category,
                         filter.language, filter.waba_id, filter.limit);
    std::vector<TemplateRow> found;
    while (rows.next()) found.push_back(row_at(rows));
    return found;
  });
}

Task<Result<void>> SqliteTemplateStore::put(std::vector<TemplateRow> rows, TimePoint asked_at) {
  return store_.write<void>([rows = std::move(rows), asked_at](Database& db) -> Result<void> {
    for (const auto& row : rows) put_row(db, row, asked_at);
    return {};
  });
}

Task<Result<bool>> SqliteTemplateStore::hear(TenantId tenant, whatsapp::TemplateNews news, TimePoint told_by_meta_at,
                                             TimePoint now) {
  return store_.write<bool>([tenant, news = std::move(news), told_by_meta_at, now](Database& db) -> Result<bool> {
    {
      auto known = db.query("SELECT 1 FROM templates WHERE tenant = $1 AND id = $2", tenant, news.id);
      if (!known.next()) return false;
    }
    if (news.gone) {
      db.run("DELETE FROM templates WHERE tenant = $1 AND id = $2", tenant, news.id);
      return true;
    }
    db.run(
        "UPDATE templates SET status = CASE WHEN $3 = '' THEN status ELSE $3 END, "
        "reason = CASE WHEN $3 = '' THEN reason ELSE $4 END, quality = CASE WHEN $5 = '' THEN quality ELSE $5 END, "
        "category = CASE WHEN $6 = '' THEN category ELSE $6 END, told_ms = $7, heard_ms = $8 "
        "WHERE tenant = $1 AND id = $2 AND told_ms <= $7",
        tenant, news.id, news.status, news.reason, news.quality, news.category, to_ms(told_by_meta_at), to_ms(now));
    return true;
  });
}

Task<Result<void>> SqliteTemplateStore::remove(TenantId tenant, std::string id) {
  return store_.write<void>([tenant, id = std::move(id)](Database& db) -> Result<void> {
    db.run("DELETE FROM templates WHERE tenant = $1 AND id = $2", tenant, id);
    return {};
  });
}

Task<Result<std::size_t>> SqliteTemplateStore::sweep(TenantId tenant, std::string waba_id, TimePoint begun_at,
                                                     std::size_t limit) {
  return store_.write<std::size_t>(
      [tenant, waba_id = std::move(waba_id), begun_at, limit](Database& db) -> Result<std::size_t> {
        db.run(
            "DELETE FROM templates WHERE tenant = $1 AND id IN "
            "(SELECT id FROM templates WHERE tenant = $1 AND waba = $2 AND seen_ms < $3 LIMIT $4)",
            tenant, waba_id, to_ms(begun_at), limit);
        return static_cast<std::size_t>(db.changes());
      });
}

Task<Result<std::vector<TemplateSync>>> SqliteTemplateStore::syncs(TenantId tenant) {
  return store_.read<std::vector<TemplateSync>>([tenant](Database& db) -> Result<std::vector<TemplateSync>> {
    auto rows =
        db.query("SELECT waba, at_ms, tried_ms, fault FROM template_syncs WHERE tenant = $1 ORDER BY waba", tenant);
    std::vector<TemplateSync> found;
    while (rows.next())
      found.push_back({rows->text(0), from_ms(rows->integer(1)), from_ms(rows->integer(2)), rows->text(3)});
    return found;
  });
}

Task<Result<void>> SqliteTemplateStore::note_sync(TenantId tenant, TemplateSync sync) {
  return store_.write<void>([tenant, sync = std::move(sync)](Database& db) -> Result<void> {
    db.run(
        "INSERT INTO template_syncs (tenant, waba, at_ms, tried_ms, fault) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (tenant, waba) DO UPDATE SET at_ms = max(at_ms, $3), tried_ms = $4, fault = $5",
        tenant, sync.waba_id, to_ms(sync.at), to_ms(sync.tried_at), sync.fault);
    return {};
  });
}

}  // namespace claw::sqlite
