#include "ledger/sqlite/migrations.hpp"

#include <fmt/format.h>

#include "ledger/sqlite/event_schema.hpp"

namespace claw::sqlite {
namespace {

constexpr const char* kSteps[] = {
    // 1: tenants, people, conversations, messages
    R"sql(
CREATE TABLE tenants (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL, created_ms INTEGER NOT NULL) STRICT;
CREATE TABLE secrets (
  tenant INTEGER NOT NULL, name TEXT NOT NULL, sealed BLOB NOT NULL, set_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, name)) STRICT, WITHOUT ROWID;
CREATE TABLE settings (
  tenant INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (tenant, name)) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE, label TEXT NOT NULL,
  created_ms INTEGER NOT NULL) STRICT;
CREATE TABLE agents (
  tenant INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (tenant, name)) STRICT, WITHOUT ROWID;

-- epoch: of the process that owns the file.
CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO marks VALUES ('epoch', 0);

-- Begins with Meta's own time, which redelivery does not change, so that new rows stand side by side.
CREATE TABLE seen (
  meta_s INTEGER NOT NULL, identity BLOB NOT NULL, seen_ms INTEGER NOT NULL,
  PRIMARY KEY (meta_s, identity)) STRICT, WITHOUT ROWID;

CREATE TABLE kv (
  tenant INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (tenant, key)) STRICT, WITHOUT ROWID;
CREATE TABLE users (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, public_id TEXT NOT NULL, name TEXT NOT NULL,
  phone TEXT NOT NULL, bsuid TEXT NOT NULL, created_ms INTEGER NOT NULL, UNIQUE (tenant, public_id)) STRICT;
-- last_message heads a list through messages.previous: a person's messages without an index over all of them.
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, user INTEGER NOT NULL, phone_number_id TEXT NOT NULL,
  created_ms INTEGER NOT NULL, last_message INTEGER NOT NULL, last_inbound_ms INTEGER NOT NULL,
  UNIQUE (tenant, user, phone_number_id)) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, conversation INTEGER NOT NULL, direction INTEGER NOT NULL,
  state INTEGER NOT NULL, type TEXT NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL, wamid TEXT NOT NULL,
  created_ms INTEGER NOT NULL, meta_ms INTEGER NOT NULL, previous INTEGER NOT NULL, inbox INTEGER NOT NULL,
  turn INTEGER NOT NULL, part INTEGER NOT NULL, attempts INTEGER NOT NULL, due_ms INTEGER NOT NULL,
  error_code INTEGER NOT NULL, reason TEXT NOT NULL, agent TEXT NOT NULL) STRICT;
CREATE INDEX messages_of_tenant ON messages (tenant, id);
CREATE INDEX messages_open ON messages (state, id) WHERE state IN (0, 10, 11);
CREATE UNIQUE INDEX messages_of_turn ON messages (turn, part) WHERE turn > 0;
CREATE INDEX messages_by_wamid ON messages (tenant, wamid) WHERE direction = 1 AND wamid <> '';

-- message is 0 while the message that a status belongs to is not known.
CREATE TABLE statuses (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, message INTEGER NOT NULL, wamid TEXT NOT NULL, status TEXT NOT NULL,
  participant TEXT NOT NULL, meta_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, errors TEXT NOT NULL,
  pricing TEXT NOT NULL) STRICT;
CREATE INDEX statuses_of_message ON statuses (message, id) WHERE message > 0;
CREATE INDEX statuses_to_join ON statuses (tenant, wamid) WHERE message = 0;

CREATE TABLE events (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL, event TEXT NOT NULL,
  waba_id TEXT NOT NULL, phone_number_id TEXT NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL,
  received_ms INTEGER NOT NULL, meta_ms INTEGER NOT NULL, inbox INTEGER NOT NULL) STRICT;
CREATE INDEX events_of_tenant ON events (tenant, id);
)sql",
    // 2: agents have options, turns have a cost
    R"sql(
ALTER TABLE agents ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
ALTER TABLE messages ADD COLUMN usage TEXT NOT NULL DEFAULT '';
)sql",
    // 3: lists of statuses, of people by name, and of sends that failed
    R"sql(
CREATE INDEX statuses_of_tenant ON statuses (tenant, id);
CREATE INDEX users_by_name ON users (tenant, name COLLATE NOCASE, public_id);
-- Only what went wrong: a message that is delivered never touches it.
CREATE INDEX messages_in_trouble ON messages (tenant, state, id) WHERE state IN (12, 17);
)sql",
    // 4: who changed what
    R"sql(
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, at_ms INTEGER NOT NULL, who_kind TEXT NOT NULL,
  who_id INTEGER NOT NULL, who TEXT NOT NULL, from_address TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
  what TEXT NOT NULL) STRICT;
CREATE INDEX audit_of_tenant ON audit (tenant, id);
)sql",
    // 5: who signs in
    R"sql(
-- E-mails are stored in lower case.
CREATE TABLE people (
  id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, platform_admin INTEGER NOT NULL,
  enabled INTEGER NOT NULL, password TEXT NOT NULL, totp BLOB NOT NULL DEFAULT x'', totp_on INTEGER NOT NULL DEFAULT 0,
  totp_step INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE memberships (
  tenant INTEGER NOT NULL, person INTEGER NOT NULL, role TEXT NOT NULL, version TEXT NOT NULL,
  PRIMARY KEY (tenant, person)) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, person INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL, from_address TEXT NOT NULL, agent TEXT NOT NULL) STRICT;
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE, invited_by TEXT NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
  UNIQUE (tenant, email)) STRICT;
-- Used once, by the first platform admin: one row at most.
CREATE TABLE setup_code (hash BLOB NOT NULL) STRICT;
CREATE TABLE recovery_codes (
  person INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (person, hash)) STRICT, WITHOUT ROWID;
-- As whom an OpenID provider knows a person.
CREATE TABLE identities (
  issuer TEXT NOT NULL, subject TEXT NOT NULL, person INTEGER NOT NULL,
  PRIMARY KEY (issuer, subject)) STRICT, WITHOUT ROWID;
)sql",
    // 6: what happened when, how long answers took, what each tenant has stored
    R"sql(
CREATE TABLE activity (
  tenant INTEGER NOT NULL, minute INTEGER NOT NULL, came_in INTEGER NOT NULL, went_out INTEGER NOT NULL,
  failed INTEGER NOT NULL, PRIMARY KEY (tenant, minute)) STRICT, WITHOUT ROWID;
-- span: of ten minutes. bucket: see ledger/activity.hpp.
CREATE TABLE answer_times (
  tenant INTEGER NOT NULL, span INTEGER NOT NULL, bucket INTEGER NOT NULL, answers INTEGER NOT NULL,
  PRIMARY KEY (tenant, span, bucket)) STRICT, WITHOUT ROWID;

-- The webhook that a row came in, which the inbox keeps.
ALTER TABLE messages ADD COLUMN raw_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN raw_bytes INTEGER NOT NULL DEFAULT 0;
-- Sums over messages, statuses and events, kept by whoever writes or deletes one: see sqlite/tally.hpp. conversations:
-- those with a message.
CREATE TABLE stored (
  tenant INTEGER PRIMARY KEY, conversations INTEGER NOT NULL, messages INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
INSERT INTO stored SELECT tenant, sum(conversations), sum(messages), sum(bytes) FROM (
  SELECT tenant, count(*) AS conversations, 0 AS messages, 0 AS bytes FROM conversations WHERE last_message > 0
    GROUP BY tenant UNION ALL
  SELECT tenant, 0, count(*), sum(length(CAST(text AS BLOB)) + length(CAST(data AS BLOB)) + 250) FROM messages
    GROUP BY tenant UNION ALL
  SELECT tenant, 0, 0, sum(length(CAST(text AS BLOB)) + length(CAST(data AS BLOB)) + 250) FROM events
    GROUP BY tenant UNION ALL
  SELECT tenant, 0, 0, count(*) * 250 FROM statuses GROUP BY tenant) GROUP BY tenant;
)sql",
    // 7: what waits for its turn, by tenant, so that no tenant's queue is read through for another's
    R"sql(
DROP INDEX messages_open;
CREATE INDEX messages_pending ON messages (tenant, id) WHERE state = 0;
CREATE INDEX messages_outgoing ON messages (state, id) WHERE state IN (10, 11);
)sql",
    // 8: who set what, tokens with scopes and an end, and versions that two people cannot overwrite unseen
    R"sql(
ALTER TABLE tenants ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE secrets ADD COLUMN set_by TEXT NOT NULL DEFAULT '';
ALTER TABLE secrets ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE secrets ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE settings ADD COLUMN set_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE settings ADD COLUMN set_by TEXT NOT NULL DEFAULT '';
ALTER TABLE settings ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN version TEXT NOT NULL DEFAULT '';
UPDATE tenants SET version = lower(hex(randomblob(16)));
UPDATE secrets SET version = lower(hex(randomblob(16)));
UPDATE settings SET version = lower(hex(randomblob(16)));
UPDATE agents SET version = lower(hex(randomblob(16)));
-- Tokens of before keep all that they could do.
ALTER TABLE tokens ADD COLUMN scopes TEXT NOT NULL
  DEFAULT 'inbox.read inbox.write pairing settings.read settings.write members audit.read';
ALTER TABLE tokens ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN expires_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN used_ms INTEGER NOT NULL DEFAULT 0;
)sql",
    // 9: which number the platform's app delivers to whom
    R"sql(
CREATE TABLE claims (
  phone_number_id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, tenant INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql",
    // how it stands with conversations, and which rule chose who answers
    R"sql(
CREATE TABLE conversation_sessions (
  conversation INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, first INTEGER NOT NULL, agent TEXT NOT NULL,
  matched_by TEXT NOT NULL, paused_until_ms INTEGER NOT NULL, paused_by TEXT NOT NULL) STRICT;
ALTER TABLE messages ADD COLUMN matched_by TEXT NOT NULL DEFAULT '';
)sql",
    // who may talk
    R"sql(
-- number '': at every number of the tenant. A pending request (standing 2) has a code.
CREATE TABLE access (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, number TEXT NOT NULL, address TEXT NOT NULL,
  standing INTEGER NOT NULL, name TEXT NOT NULL, decided_by TEXT NOT NULL, since_ms INTEGER NOT NULL,
  opted_out_ms INTEGER NOT NULL, code TEXT NOT NULL, expires_ms INTEGER NOT NULL, asked_by INTEGER NOT NULL,
  UNIQUE (tenant, number, address)) STRICT;
CREATE INDEX access_of_tenant ON access (tenant, id);
CREATE UNIQUE INDEX access_requests ON access (tenant, code) WHERE standing = 2;
CREATE INDEX access_waiting ON access (tenant, number, expires_ms) WHERE standing = 2;
)sql",
    // what was said by hand, so that it is said once
    R"sql(
CREATE TABLE said_keys (
  tenant INTEGER NOT NULL, key TEXT NOT NULL, message INTEGER NOT NULL, said_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, key)) STRICT, WITHOUT ROWID;
CREATE INDEX said_keys_by_time ON said_keys (said_ms);
)sql",
    // who became whom, which conversation was joined to which, and who wrote in a group
    R"sql(
-- merged_into: the user that this one became; it is never itself one that was merged. It keeps its row, so that its
-- public id finds the other and is never given again.
ALTER TABLE users ADD COLUMN merged_into INTEGER NOT NULL DEFAULT 0;
CREATE INDEX users_merged ON users (merged_into) WHERE merged_into > 0;
-- joined_into: where its messages are. It keeps its row for the same reasons.
ALTER TABLE conversations ADD COLUMN joined_into INTEGER NOT NULL DEFAULT 0;
-- The user who wrote it, where the conversation is a group's.
ALTER TABLE messages ADD COLUMN author INTEGER NOT NULL DEFAULT 0;
-- The addresses of a user: the keys wa:... that hold their public id.
CREATE INDEX kv_of_people ON kv (tenant, value) WHERE key >= 'wa:' AND key < 'wa;';
CREATE INDEX access_by_address ON access (tenant, address);
)sql",
    // files
    R"sql(
-- used_ms: when a message last had it, for that is how long it is kept.
CREATE TABLE files (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, sha256 TEXT NOT NULL, mime_type TEXT NOT NULL,
  filename TEXT NOT NULL, size INTEGER NOT NULL, created_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL,
  scanned INTEGER NOT NULL, UNIQUE (tenant, sha256, mime_type, filename)) STRICT;
CREATE INDEX files_by_use ON files (tenant, used_ms);
CREATE INDEX files_of_tenant ON files (tenant, id);
-- By Meta's id, what was fetched under it.
CREATE TABLE fetched_files (
  tenant INTEGER NOT NULL, meta_id TEXT NOT NULL, file INTEGER NOT NULL,
  PRIMARY KEY (tenant, meta_id)) STRICT, WITHOUT ROWID;
CREATE INDEX fetched_files_by_file ON fetched_files (tenant, file);
-- What Meta calls a file that was uploaded through a number.
CREATE TABLE uploaded_files (
  tenant INTEGER NOT NULL, file INTEGER NOT NULL, number TEXT NOT NULL, meta_id TEXT NOT NULL,
  lives_until_ms INTEGER NOT NULL, PRIMARY KEY (tenant, file, number)) STRICT, WITHOUT ROWID;
-- Bytes that no file refers to.
CREATE TABLE loose_content (
  tenant INTEGER NOT NULL, sha256 TEXT NOT NULL, since_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, sha256)) STRICT, WITHOUT ROWID;
CREATE INDEX loose_content_by_time ON loose_content (since_ms);
)sql",
    // until when free-form messages may go, what waits for that, and what is run again
    R"sql(
ALTER TABLE conversations ADD COLUMN window_until_ms INTEGER NOT NULL DEFAULT 0;
UPDATE conversations SET window_until_ms = last_inbound_ms + 86400000 WHERE last_inbound_ms > 0;
-- When it came into the outbox again.
ALTER TABLE messages ADD COLUMN requeued_ms INTEGER NOT NULL DEFAULT 0;
-- What was to be said, as JSON, where a template was sent for it.
ALTER TABLE messages ADD COLUMN instead_of TEXT NOT NULL DEFAULT '';
CREATE INDEX messages_parked ON messages (conversation, id) WHERE state = 9;
-- Turns that failed: few among many, as sends that did.
CREATE INDEX messages_agent_failed ON messages (tenant, id) WHERE state = 4;
)sql",
    // templates
    R"sql(
-- told_ms: Meta's time of the last webhook about it; heard_ms: ours.
CREATE TABLE templates (
  tenant INTEGER NOT NULL, waba TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL,
  category TEXT NOT NULL, status TEXT NOT NULL, quality TEXT NOT NULL, reason TEXT NOT NULL, named INTEGER NOT NULL,
  components TEXT NOT NULL, seen_ms INTEGER NOT NULL, told_ms INTEGER NOT NULL DEFAULT 0,
  heard_ms INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (tenant, id)) STRICT;
CREATE INDEX templates_by_name ON templates (tenant, name, language, id);
-- When an account's list was last read to its end (at_ms), and what went wrong with the last try.
CREATE TABLE template_syncs (
  tenant INTEGER NOT NULL, waba TEXT NOT NULL, at_ms INTEGER NOT NULL, tried_ms INTEGER NOT NULL, fault TEXT NOT NULL,
  PRIMARY KEY (tenant, waba)) STRICT, WITHOUT ROWID;
)sql",
    // events for programs
    kEventSchema,
    // the trace that came with a message, or with the call that says it
    R"sql(
ALTER TABLE messages ADD COLUMN trace TEXT NOT NULL DEFAULT '';
)sql",
    // which event of a lane is next
    kEventHeads,
    // sinks whose events are still to be deleted
    kGoneSinks,
};

}  // namespace

Schema ledger_schema() {
  return kSteps;
}

Result<void> migrate(Database& db, Schema schema) {
  const auto newest = static_cast<std::int64_t>(schema.size());
  std::int64_t version = 0;
  {
    auto row = db.query("PRAGMA user_version");
    if (row.next()) version = row->integer(0);
  }
  if (version > newest)
    return fail(ErrorKind::kFatal,
                fmt::format("the database has schema {} and this program knows {}: it was written by "
                            "a newer version; start that one",
                            version, newest));
  for (; version < newest; ++version) {
    db.script("BEGIN IMMEDIATE");
    db.script(schema[static_cast<std::size_t>(version)]);
    db.script(fmt::format("PRAGMA user_version = {}", version + 1).c_str());
    db.script("COMMIT");
  }
  return {};
}

}  // namespace claw::sqlite
