#pragma once

namespace claw::sqlite {

/// Events for the programs of tenants (ledger/event_store.hpp). Triggers write them, so that whoever changes a message,
/// in whatever way, tells of it in the same transaction. Where a tenant has no sink each costs a look into an empty
/// part of an index. claw_now() is the connection's clock.
inline constexpr const char* kEventSchema = R"sql(
-- kinds: a bit for each kind that is wanted. agent: of the sink of a cloud-api agent, which these triggers keep.
CREATE TABLE event_sinks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, agent TEXT NOT NULL, name TEXT NOT NULL,
  url TEXT NOT NULL, kinds INTEGER NOT NULL, enabled INTEGER NOT NULL, sealed BLOB NOT NULL DEFAULT x'',
  sealed_before BLOB NOT NULL DEFAULT x'', before_until_ms INTEGER NOT NULL DEFAULT 0,
  stopped TEXT NOT NULL DEFAULT '', created_ms INTEGER NOT NULL DEFAULT 0, created_by TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL, UNIQUE (tenant, agent, name)) STRICT;
-- lane: what has the same goes in order. state: as EventState.
CREATE TABLE sink_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, sink INTEGER NOT NULL, tenant INTEGER NOT NULL, lane INTEGER NOT NULL,
  kind INTEGER NOT NULL, subject INTEGER NOT NULL, detail TEXT NOT NULL DEFAULT '', at_ms INTEGER NOT NULL,
  queued_ms INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
  due_ms INTEGER NOT NULL DEFAULT 0, tried_ms INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0,
  took_ms INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX sink_events_of_sink ON sink_events (sink, id);
CREATE INDEX sink_events_in_lane ON sink_events (sink, lane, id) WHERE state = 0;
CREATE INDEX sink_events_waiting ON sink_events (id) WHERE state = 0;
CREATE INDEX sink_events_due ON sink_events (sink, due_ms, id) WHERE state = 0;
-- The webhook in which Meta told it, as in messages and events.
ALTER TABLE statuses ADD COLUMN inbox INTEGER NOT NULL DEFAULT 0;

INSERT INTO event_sinks (tenant, agent, name, url, kinds, enabled, version)
  SELECT tenant, name, '', '', 1048576, 1, lower(hex(randomblob(16))) FROM agents WHERE kind = 'cloud-api';
CREATE TRIGGER sink_of_new_agent AFTER INSERT ON agents WHEN NEW.kind = 'cloud-api' BEGIN
  INSERT INTO event_sinks (tenant, agent, name, url, kinds, enabled, version)
    VALUES (NEW.tenant, NEW.name, '', '', 1048576, 1, lower(hex(randomblob(16))));
END;
CREATE TRIGGER sink_of_changed_agent AFTER UPDATE OF kind ON agents WHEN NEW.kind <> OLD.kind BEGIN
  DELETE FROM event_sinks WHERE tenant = OLD.tenant AND agent = OLD.name;
  INSERT INTO event_sinks (tenant, agent, name, url, kinds, enabled, version)
    SELECT NEW.tenant, NEW.name, '', '', 1048576, 1, lower(hex(randomblob(16))) WHERE NEW.kind = 'cloud-api';
END;
CREATE TRIGGER sink_of_deleted_agent AFTER DELETE ON agents WHEN OLD.kind = 'cloud-api' BEGIN
  DELETE FROM event_sinks WHERE tenant = OLD.tenant AND agent = OLD.name;
END;
CREATE TRIGGER events_of_deleted_sink AFTER DELETE ON event_sinks BEGIN
  DELETE FROM sink_events WHERE sink = OLD.id;
END;

-- WHEN is asked before the trigger's own tables are opened, which is what costs.
CREATE TRIGGER event_message_came AFTER INSERT ON messages
  WHEN EXISTS (SELECT 1 FROM event_sinks WHERE tenant = NEW.tenant) BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms)
    SELECT id, tenant, NEW.conversation, CASE NEW.direction WHEN 0 THEN 1 ELSE 8 END, NEW.id, claw_now(), claw_now()
    FROM event_sinks WHERE tenant = NEW.tenant AND enabled AND (NEW.direction = 0 OR NEW.state = 13)
    AND kinds & CASE NEW.direction WHEN 0 THEN 1 ELSE 8 END;
END;
-- The kind by the state: what is none has 0, which nobody wants.
CREATE TRIGGER event_message_state AFTER UPDATE OF state ON messages
  WHEN NEW.state <> OLD.state AND EXISTS (SELECT 1 FROM event_sinks WHERE tenant = NEW.tenant) BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms, detail)
    SELECT s.id, s.tenant, NEW.conversation, k.kind, NEW.id, claw_now(), claw_now(),
      CASE WHEN k.kind IN (4, 128, 256) THEN json_object('code', NEW.error_code, 'reason', NEW.reason) ELSE '' END
    FROM event_sinks s, (SELECT CASE
      WHEN NEW.direction = 0 THEN CASE NEW.state WHEN 1 THEN 2 WHEN 4 THEN 4 ELSE 0 END
      ELSE CASE NEW.state WHEN 13 THEN 8 WHEN 14 THEN 16 WHEN 15 THEN 32 WHEN 16 THEN 64 WHEN 17 THEN 128 WHEN 12
        THEN 256 ELSE 0 END END AS kind) k
    WHERE s.tenant = NEW.tenant AND s.enabled AND s.kinds & k.kind;
END;

CREATE TRIGGER event_session_began AFTER INSERT ON conversation_sessions WHEN NEW.paused_until_ms > claw_now() BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms, detail)
    SELECT s.id, s.tenant, NEW.conversation, 512, NEW.conversation, claw_now(), claw_now(),
      json_object('by', NEW.paused_by, 'held_until_ms', NEW.paused_until_ms)
    FROM event_sinks s WHERE s.tenant = (SELECT tenant FROM conversations WHERE id = NEW.conversation) AND s.enabled
    AND s.kinds & 512;
END;
-- Who goes on holding it tells nothing new.
CREATE TRIGGER event_session_held AFTER UPDATE ON conversation_sessions
  WHEN NEW.paused_until_ms > claw_now() AND (OLD.paused_until_ms <= claw_now() OR OLD.paused_by <> NEW.paused_by) BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms, detail)
    SELECT s.id, s.tenant, NEW.conversation, 512, NEW.conversation, claw_now(), claw_now(),
      json_object('by', NEW.paused_by, 'held_until_ms', NEW.paused_until_ms)
    FROM event_sinks s WHERE s.tenant = (SELECT tenant FROM conversations WHERE id = NEW.conversation) AND s.enabled
    AND s.kinds & 512;
END;
CREATE TRIGGER event_session_free AFTER UPDATE ON conversation_sessions
  WHEN NEW.paused_until_ms <= claw_now() AND OLD.paused_until_ms > claw_now() BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms, detail)
    SELECT s.id, s.tenant, NEW.conversation, 1024, NEW.conversation, claw_now(), claw_now(),
      json_object('by', OLD.paused_by)
    FROM event_sinks s WHERE s.tenant = (SELECT tenant FROM conversations WHERE id = NEW.conversation) AND s.enabled
    AND s.kinds & 1024;
END;

CREATE TRIGGER event_access_made AFTER INSERT ON access WHEN NEW.standing IN (1, 2) BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms, detail)
    SELECT id, tenant, -NEW.id, CASE NEW.standing WHEN 2 THEN 2048 ELSE 4096 END, NEW.id, claw_now(), claw_now(),
      json_object('address', NEW.address, 'name', NEW.name, 'phone_number_id', NEW.number, 'by', NEW.decided_by)
    FROM event_sinks WHERE tenant = NEW.tenant AND enabled AND kinds & CASE NEW.standing WHEN 2 THEN 2048 ELSE 4096 END;
END;
CREATE TRIGGER event_access_changed AFTER UPDATE ON access
  WHEN NEW.standing IN (1, 2) AND NEW.standing <> OLD.standing BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms, detail)
    SELECT id, tenant, -NEW.id, CASE NEW.standing WHEN 2 THEN 2048 ELSE 4096 END, NEW.id, claw_now(), claw_now(),
      json_object('address', NEW.address, 'name', NEW.name, 'phone_number_id', NEW.number, 'by', NEW.decided_by)
    FROM event_sinks WHERE tenant = NEW.tenant AND enabled AND kinds & CASE NEW.standing WHEN 2 THEN 2048 ELSE 4096 END;
END;
CREATE TRIGGER event_opted_out_at_once AFTER INSERT ON access WHEN NEW.opted_out_ms > 0 BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms, detail)
    SELECT id, tenant, -NEW.id, 8192, NEW.id, claw_now(), claw_now(),
      json_object('address', NEW.address, 'name', NEW.name, 'phone_number_id', NEW.number)
    FROM event_sinks WHERE tenant = NEW.tenant AND enabled AND kinds & 8192;
END;
CREATE TRIGGER event_opted_out AFTER UPDATE ON access WHEN NEW.opted_out_ms > 0 AND OLD.opted_out_ms = 0 BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms, detail)
    SELECT id, tenant, -NEW.id, 8192, NEW.id, claw_now(), claw_now(),
      json_object('address', NEW.address, 'name', NEW.name, 'phone_number_id', NEW.number)
    FROM event_sinks WHERE tenant = NEW.tenant AND enabled AND kinds & 8192;
END;

CREATE TRIGGER event_account_changed AFTER INSERT ON events WHEN NEW.kind = 'change' BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms)
    SELECT id, tenant, 0, 16384, NEW.id, claw_now(), claw_now()
    FROM event_sinks WHERE tenant = NEW.tenant AND enabled AND kinds & 16384;
END;

-- What a program said (no turn, no person's name), by any of the tenant's bots: which of them it was is found out when
-- it is told.
CREATE TRIGGER event_bot_status AFTER INSERT ON statuses
  WHEN NEW.message > 0 AND EXISTS (SELECT 1 FROM event_sinks WHERE tenant = NEW.tenant AND agent <> '') BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms)
    SELECT s.id, s.tenant, m.conversation, 1048576, NEW.id, claw_now(), claw_now()
    FROM event_sinks s CROSS JOIN messages m ON m.id = NEW.message
    WHERE s.tenant = NEW.tenant AND s.agent <> '' AND s.enabled AND m.direction = 1 AND m.turn = 0
    AND m.agent NOT IN ('', 'the business app') AND NOT EXISTS (SELECT 1 FROM people p WHERE p.email = m.agent);
END;
CREATE TRIGGER event_bot_status_joined AFTER UPDATE OF message ON statuses WHEN OLD.message = 0 AND NEW.message > 0
BEGIN
  INSERT INTO sink_events (sink, tenant, lane, kind, subject, at_ms, queued_ms)
    SELECT s.id, s.tenant, m.conversation, 1048576, NEW.id, claw_now(), claw_now()
    FROM event_sinks s CROSS JOIN messages m ON m.id = NEW.message
    WHERE s.tenant = NEW.tenant AND s.agent <> '' AND s.enabled AND m.direction = 1 AND m.turn = 0
    AND m.agent NOT IN ('', 'the business app') AND NOT EXISTS (SELECT 1 FROM people p WHERE p.email = m.agent);
END;
)sql";

/// The first waiting event of each lane in a table of its own, so that those that are due are found without a look at
/// what waits behind one that is tried again later: hundreds of thousands, where a program is away for a day.
inline constexpr const char* kEventHeads = R"sql(
CREATE TABLE sink_heads (
  sink INTEGER NOT NULL, lane INTEGER NOT NULL, event INTEGER NOT NULL, due_ms INTEGER NOT NULL,
  PRIMARY KEY (sink, lane)) STRICT, WITHOUT ROWID;
CREATE INDEX sink_heads_due ON sink_heads (sink, due_ms, event);
INSERT INTO sink_heads (sink, lane, event, due_ms)
  SELECT sink, lane, min(id), due_ms FROM sink_events WHERE state = 0 GROUP BY sink, lane;
DROP INDEX sink_events_due;
CREATE INDEX sink_events_tried ON sink_events (sink) WHERE state = 0 AND due_ms > 0;

-- Ids grow: what is new stands behind all that waits.
CREATE TRIGGER sink_head_made AFTER INSERT ON sink_events
  WHEN NEW.state = 0 AND NOT EXISTS (SELECT 1 FROM sink_heads WHERE sink = NEW.sink AND lane = NEW.lane) BEGIN
  INSERT INTO sink_heads (sink, lane, event, due_ms) VALUES (NEW.sink, NEW.lane, NEW.id, NEW.due_ms);
END;
-- It ended, or is tried again later; or one that had ended waits again, perhaps in front of the others.
CREATE TRIGGER sink_head_moved AFTER UPDATE OF state, due_ms ON sink_events WHEN NEW.state = 0 OR OLD.state = 0 BEGIN
  DELETE FROM sink_heads WHERE sink = NEW.sink AND lane = NEW.lane;
  INSERT INTO sink_heads (sink, lane, event, due_ms)
    SELECT sink, lane, id, due_ms FROM sink_events WHERE sink = NEW.sink AND lane = NEW.lane AND state = 0
    ORDER BY id LIMIT 1;
END;
CREATE TRIGGER sink_head_gone AFTER DELETE ON sink_events WHEN OLD.state = 0 BEGIN
  DELETE FROM sink_heads WHERE sink = OLD.sink AND lane = OLD.lane;
  INSERT INTO sink_heads (sink, lane, event, due_ms)
    SELECT sink, lane, id, due_ms FROM sink_events WHERE sink = OLD.sink AND lane = OLD.lane AND state = 0
    ORDER BY id LIMIT 1;
END;
)sql";

/// Events of a sink that was deleted go in steps, behind it: there may be a million.
inline constexpr const char* kGoneSinks = R"sql(
CREATE TABLE gone_sinks (sink INTEGER PRIMARY KEY) STRICT;
DROP TRIGGER events_of_deleted_sink;
CREATE TRIGGER sink_gone AFTER DELETE ON event_sinks BEGIN
  INSERT INTO gone_sinks (sink) VALUES (OLD.id);
END;
)sql";

}  // namespace claw::sqlite
