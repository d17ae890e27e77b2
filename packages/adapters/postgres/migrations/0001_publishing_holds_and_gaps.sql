CREATE TABLE "runtime_holds" (
	"reason" text PRIMARY KEY NOT NULL,
	"message" text NOT NULL,
	"since" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "runtime_holds_reason_chk" CHECK ("runtime_holds"."reason" in ('restored', 'mass_change', 'engine_changed'))
);
--> statement-breakpoint
CREATE TABLE "runtime_publishing" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"epoch" bigint NOT NULL,
	CONSTRAINT "runtime_publishing_one_chk" CHECK ("runtime_publishing"."one")
);
--> statement-breakpoint
ALTER TABLE "runtime_stream_cursors" ALTER COLUMN "entries_read" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "runtime_stream_cursors" ALTER COLUMN "entries_read" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "runtime_operation_log" ADD COLUMN "raw" text;--> statement-breakpoint
ALTER TABLE "runtime_outbox" ADD COLUMN "entry_id" text;--> statement-breakpoint
ALTER TABLE "runtime_outbox" ADD COLUMN "resolution" text;--> statement-breakpoint
CREATE INDEX "runtime_outbox_published_idx" ON "runtime_outbox" USING btree ("published_at");--> statement-breakpoint
CREATE INDEX "runtime_outbox_dead_letter_idx" ON "runtime_outbox" USING btree ("id") WHERE "runtime_outbox"."kind" = 'dead_letter';--> statement-breakpoint
ALTER TABLE "runtime_stream_cursors" DROP COLUMN "run_id";--> statement-breakpoint
ALTER TABLE "runtime_outbox" ADD CONSTRAINT "runtime_outbox_resolution_chk" CHECK ("runtime_outbox"."resolution" in ('requeued', 'discarded'));