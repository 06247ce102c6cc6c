#include "ledger/sqlite/unclaimed.hpp"

namespace claw::sqlite {

Task<Result<std::vector<UnclaimedNumber>>> SqliteUnclaimedItems::list() {
  return store_.read<std::vector<UnclaimedNumber>>([](Database& db) -> Result<std::vector<UnclaimedNumber>> {
    std::vector<UnclaimedNumber> found;
    auto rows = db.query(
        "SELECT g.waba_id, g.phone_number_id, oldest.received_ms, newest.received_ms, g.items, i.raw FROM ("
        "SELECT waba_id, phone_number_id, min(id) AS oldest, max(id) AS newest, count(*) AS items FROM ("
        "SELECT id, kind, waba_id, phone_number_id FROM events WHERE tenant = 0 ORDER BY id DESC LIMIT $1) "
        "WHERE kind <> 'delivered' "
        "GROUP BY waba_id, phone_number_id) g "
        "JOIN events oldest ON oldest.id = g.oldest JOIN events newest ON newest.id = g.newest "
        "LEFT JOIN inbox i ON i.seq = newest.inbox AND i.tenant = 0 AND i.received_ms = newest.received_ms "
        "ORDER BY g.newest DESC LIMIT $2",
        kMaxWalk, kMaxListed);
    while (rows.next())
      found.push_back({rows->text(0), rows->text(1), from_ms(rows->integer(2)), from_ms(rows->integer(3)),
                       rows->integer(4), rows->text(5)});
    return found;
  });
}

Task<Result<std::vector<UnclaimedItem>>> SqliteUnclaimedItems::items(std::string waba_id, std::string phone_number_id,
                                                                     std::size_t limit) {
  using Items = std::vector<UnclaimedItem>;
  return store_.read<Items>([waba_id = std::move(waba_id), phone_number_id = std::move(phone_number_id),
                             limit](Database& db) -> Result<Items> {
    Items found;
    auto rows = db.query(
        "SELECT e.id, i.raw FROM events e LEFT JOIN inbox i ON i.seq = e.inbox AND i.tenant = 0 "
        "AND i.received_ms = e.received_ms WHERE e.tenant = 0 AND e.waba_id = $1 "
        "AND e.phone_number_id IN ($2, '') AND e.kind <> 'delivered' ORDER BY e.id LIMIT $3",
        waba_id, phone_number_id, limit);
    while (rows.next()) found.push_back({rows->integer(0), rows->text(1)});
    return found;
  });
}

Task<Result<void>> SqliteUnclaimedItems::delivered(std::vector<std::int64_t> ids) {
  return store_.write<void>([ids = std::move(ids)](Database& db) -> Result<void> {
    // Not deleted: SQLite would give the newest row's number again, and who follows the events would miss the next one.
    for (const auto id : ids) db.run("UPDATE events SET kind = 'delivered' WHERE id = $1 AND tenant = 0", id);
    return {};
  });
}

}  // namespace claw::sqlite
