-- min_reader: 4
-- Replicas of the version before this one may go on working: every new column has a default or is filled by a trigger.
-- All three locks are taken first, in one order, so that a statement that runs now is waited for only here.
LOCK TABLE "runtime_operation_log", "runtime_records", "runtime_outbox" IN ACCESS EXCLUSIVE MODE;--> statement-breakpoint
CREATE TABLE "runtime_lanes" (
	"kind" text NOT NULL,
	"lane" text COLLATE "C" NOT NULL,
	"last_number" bigint NOT NULL,
	CONSTRAINT "runtime_lanes_pk" PRIMARY KEY("kind","lane")
);
--> statement-breakpoint
CREATE TABLE "runtime_deleted_messages" (
	"kind" text PRIMARY KEY NOT NULL,
	"up_to" bigint NOT NULL,
	"deleted_in" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "runtime_operation_log" DROP CONSTRAINT "runtime_operation_log_step_chk";--> statement-breakpoint
DROP INDEX "runtime_outbox_published_idx";--> statement-breakpoint
ALTER TABLE "runtime_outbox" DROP CONSTRAINT "runtime_outbox_kind_chk";--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "class" text;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "payload_version" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "force" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "request_hash" text;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "requested_by" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "requested_at_ms" bigint;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "reason" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "status_before" text;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "step_data" json;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "step_version" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_outbox" ADD COLUMN "numbered" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_stream_cursors" ADD COLUMN "pruned_up_to" text DEFAULT '0-0' NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_records" ADD COLUMN "version" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_records" ADD COLUMN "image_id" text;--> statement-breakpoint
ALTER TABLE "runtime_records" ADD COLUMN "image_digest" text;--> statement-breakpoint
ALTER TABLE "runtime_records" ADD COLUMN "engine_version" text;--> statement-breakpoint
ALTER TABLE "runtime_records" ADD COLUMN "current_turn" integer;--> statement-breakpoint
ALTER TABLE "runtime_records" ADD COLUMN "next_turn_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runtime_records" ADD COLUMN "health" text DEFAULT 'unknown' NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_records" ADD COLUMN "last_error" text;--> statement-breakpoint
CREATE UNIQUE INDEX "runtime_operation_log_request_key" ON "runtime_operation_log" USING btree ("source","source_ref") WHERE "runtime_operation_log"."request_hash" is not null;--> statement-breakpoint
CREATE INDEX "runtime_operation_log_class_queue_idx" ON "runtime_operation_log" USING btree ("class","ord") WHERE "runtime_operation_log"."status" = 'queued';--> statement-breakpoint
CREATE INDEX "runtime_outbox_kind_published_idx" ON "runtime_outbox" USING btree ("kind","published_at") WHERE "runtime_outbox"."published_at" is not null;--> statement-breakpoint
CREATE INDEX "runtime_operation_log_ended_idx" ON "runtime_operation_log" USING btree ("finished_at","ord") WHERE "runtime_operation_log"."finished_at" is not null;--> statement-breakpoint
CREATE INDEX "runtime_records_removed_idx" ON "runtime_records" USING btree (coalesce("removed_at", "created_at")) WHERE "runtime_records"."status" = 'removed';--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD CONSTRAINT "runtime_operation_log_class_chk" CHECK ("runtime_operation_log"."class" in ('start', 'turn', 'other'));--> statement-breakpoint
ALTER TABLE "runtime_outbox" ADD CONSTRAINT "runtime_outbox_kind_chk" CHECK ("runtime_outbox"."kind" in ('job_result', 'dead_letter', 'job_outcome', 'health_event', 'snapshot'));--> statement-breakpoint
-- The class of each operation, as in OPERATION_TRAITS (a test compares them).
CREATE FUNCTION runtime_operation_class(op text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	select case when op in ('start', 'restart', 'patch') then 'start' when op in ('turn', 'force_next_turn') then 'turn' else 'other' end
$$;--> statement-breakpoint
UPDATE "runtime_operation_log" SET "class" = runtime_operation_class("op") WHERE "status" in ('queued', 'running');--> statement-breakpoint
CREATE FUNCTION runtime_fill_class() RETURNS trigger LANGUAGE plpgsql AS $$
begin
	new.class := runtime_operation_class(new.op);
	return new;
end $$;--> statement-breakpoint
CREATE TRIGGER runtime_operation_log_fill_class BEFORE INSERT ON "runtime_operation_log"
	FOR EACH ROW WHEN (new.class is null) EXECUTE FUNCTION runtime_fill_class();--> statement-breakpoint
CREATE FUNCTION runtime_raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
begin
	new.version := old.version + 1;
	return new;
end $$;--> statement-breakpoint
CREATE TRIGGER runtime_records_raise_version BEFORE UPDATE ON "runtime_records"
	FOR EACH ROW WHEN (new.version = old.version and new.* is distinct from old.*) EXECUTE FUNCTION runtime_raise_version();--> statement-breakpoint
INSERT INTO "runtime_lanes" ("kind", "lane", "last_number")
	SELECT "kind", "lane", max("number") FROM "runtime_outbox" GROUP BY "kind", "lane";--> statement-breakpoint
CREATE FUNCTION runtime_take_number() RETURNS trigger LANGUAGE plpgsql AS $$
begin
	-- A message that is there already is left out, as ON CONFLICT DO NOTHING would: it must not use up a number.
	if exists (select from runtime_outbox where kind = new.kind and dedupe_key = new.dedupe_key) then return null; end if;
	insert into runtime_lanes as l (kind, lane, last_number) values (new.kind, new.lane, 1)
		on conflict (kind, lane) do update set last_number = l.last_number + 1
		returning l.last_number into new.number;
	return new;
end $$;--> statement-breakpoint
CREATE TRIGGER runtime_outbox_take_number BEFORE INSERT ON "runtime_outbox"
	FOR EACH ROW WHEN (not new.numbered) EXECUTE FUNCTION runtime_take_number();--> statement-breakpoint
-- What was deleted before there was this table is not known by its id: at most the highest that was ever given.
INSERT INTO "runtime_deleted_messages" ("kind", "up_to", "deleted_in")
	SELECT k."kind", max(o."id"), pg_current_xact_id()::text::bigint
	FROM "runtime_outbox" o, (values ('job_result'), ('dead_letter')) AS k("kind") GROUP BY k."kind" HAVING max(o."id") IS NOT NULL;--> statement-breakpoint
-- Notes up to which message of each kind there were deletions, whichever statement and version deletes.
CREATE FUNCTION runtime_note_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
begin
	insert into runtime_deleted_messages as d (kind, up_to, deleted_in)
		select kind, max(id), pg_current_xact_id()::text::bigint from gone group by kind order by kind
		on conflict (kind) do update set up_to = greatest(d.up_to, excluded.up_to), deleted_in = excluded.deleted_in;
	return null;
end $$;--> statement-breakpoint
CREATE TRIGGER runtime_outbox_note_deleted AFTER DELETE ON "runtime_outbox"
	REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION runtime_note_deleted();--> statement-breakpoint
-- Tells those who wait that a requested operation has ended, whichever statement and version ended it.
CREATE FUNCTION runtime_tell_end() RETURNS trigger LANGUAGE plpgsql AS $$
begin
	perform pg_notify('runtime_operation_ended', new.op_id::text);
	return null;
end $$;--> statement-breakpoint
CREATE TRIGGER runtime_operation_log_tell_end AFTER UPDATE OF status ON "runtime_operation_log" FOR EACH ROW
	WHEN (new.request_hash is not null and new.status in ('succeeded', 'failed') and old.status in ('queued', 'running'))
	EXECUTE FUNCTION runtime_tell_end();--> statement-breakpoint
-- The door of the queue: everything that queues operations locks this row first.
INSERT INTO "runtime_leases" ("name", "holder", "epoch", "expires_at") VALUES ('coordinator', NULL, 0, now()) ON CONFLICT DO NOTHING;--> statement-breakpoint
-- Room on each page for the new version of a row, so that a change without a key touches no index.
-- https://www.postgresql.org/docs/current/storage-hot.html
ALTER TABLE "runtime_records" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "runtime_operation_log" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "runtime_outbox" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "runtime_lanes" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE "runtime_leases" SET (fillfactor = 50, autovacuum_vacuum_threshold = 20, autovacuum_vacuum_scale_factor = 0.1);--> statement-breakpoint
ALTER TABLE "runtime_stream_cursors" SET (fillfactor = 50, autovacuum_vacuum_threshold = 20, autovacuum_vacuum_scale_factor = 0.1);
