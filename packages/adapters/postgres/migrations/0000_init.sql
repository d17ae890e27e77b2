CREATE TABLE "runtime_operation_log" (
	"op_id" uuid PRIMARY KEY NOT NULL,
	"ord" bigint GENERATED ALWAYS AS IDENTITY (sequence name "runtime_operation_log_ord_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"game_id" text COLLATE "C" NOT NULL,
	"op" text NOT NULL,
	"source" text NOT NULL,
	"source_ref" text NOT NULL,
	"status" text NOT NULL,
	"stream" text,
	"entry_id" text,
	"payload_hash" text,
	"valid" boolean DEFAULT true NOT NULL,
	"payload" json NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"credited_attempt" integer DEFAULT 0 NOT NULL,
	"unavailable_ms" bigint DEFAULT 0 NOT NULL,
	"holder" text,
	"claim_expires_at" timestamp with time zone,
	"step" text,
	"step_attempt" integer,
	"furthest_step" smallint DEFAULT 0 NOT NULL,
	"former" json,
	"container_id" text,
	"error_code" text DEFAULT '' NOT NULL,
	"error_message" text DEFAULT '' NOT NULL,
	"result_container_id" text DEFAULT '' NOT NULL,
	"result_engine_endpoint" text DEFAULT '' NOT NULL,
	"queued_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "runtime_operation_log_op_chk" CHECK ("runtime_operation_log"."op" in ('start', 'stop', 'pause', 'resume', 'restart', 'patch', 'force_next_turn', 'reconcile', 'turn', 'cleanup')),
	CONSTRAINT "runtime_operation_log_source_chk" CHECK ("runtime_operation_log"."source" in ('lobby', 'admin', 'scheduler', 'reconciler')),
	CONSTRAINT "runtime_operation_log_status_chk" CHECK ("runtime_operation_log"."status" in ('queued', 'running', 'succeeded', 'failed')),
	CONSTRAINT "runtime_operation_log_step_chk" CHECK ("runtime_operation_log"."step" in ('intent', 'replacing', 'created'))
);
--> statement-breakpoint
CREATE TABLE "runtime_leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text,
	"epoch" bigint NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "runtime_outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "runtime_outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"lane" text COLLATE "C" NOT NULL,
	"number" bigint NOT NULL,
	"dedupe_key" text NOT NULL,
	"payload" json NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"published_at" timestamp with time zone,
	CONSTRAINT "runtime_outbox_kind_chk" CHECK ("runtime_outbox"."kind" in ('job_result', 'dead_letter'))
);
--> statement-breakpoint
CREATE TABLE "runtime_records" (
	"game_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"status" text NOT NULL,
	"current_container_id" text,
	"current_image_ref" text NOT NULL,
	"engine_endpoint" text NOT NULL,
	"paused" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"stopped_at" timestamp with time zone,
	"removed_at" timestamp with time zone,
	"last_op_at" timestamp with time zone NOT NULL,
	CONSTRAINT "runtime_records_status_chk" CHECK ("runtime_records"."status" in ('starting', 'running', 'generation_in_progress', 'generation_failed', 'engine_unreachable', 'finished', 'stopped', 'removed'))
);
--> statement-breakpoint
CREATE TABLE "runtime_settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "runtime_stream_cursors" (
	"stream" text PRIMARY KEY NOT NULL,
	"cursor" text NOT NULL,
	"floor" text,
	"entries_read" bigint DEFAULT 0 NOT NULL,
	"run_id" text
);
--> statement-breakpoint
CREATE UNIQUE INDEX "runtime_operation_log_entry_key" ON "runtime_operation_log" USING btree ("stream","entry_id","payload_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "runtime_operation_log_running_key" ON "runtime_operation_log" USING btree ("game_id") WHERE "runtime_operation_log"."status" = 'running';--> statement-breakpoint
CREATE UNIQUE INDEX "runtime_operation_log_game_key" ON "runtime_operation_log" USING btree ("game_id","ord");--> statement-breakpoint
CREATE INDEX "runtime_operation_log_game_queue_idx" ON "runtime_operation_log" USING btree ("game_id","ord") WHERE "runtime_operation_log"."status" = 'queued';--> statement-breakpoint
CREATE INDEX "runtime_operation_log_start_queue_idx" ON "runtime_operation_log" USING btree ("ord") WHERE "runtime_operation_log"."status" = 'queued' and "runtime_operation_log"."op" = 'start';--> statement-breakpoint
CREATE INDEX "runtime_operation_log_other_queue_idx" ON "runtime_operation_log" USING btree ("ord") WHERE "runtime_operation_log"."status" = 'queued' and "runtime_operation_log"."op" <> 'start';--> statement-breakpoint
CREATE UNIQUE INDEX "runtime_outbox_lane_key" ON "runtime_outbox" USING btree ("kind","lane","number");--> statement-breakpoint
CREATE UNIQUE INDEX "runtime_outbox_dedupe_key" ON "runtime_outbox" USING btree ("kind","dedupe_key");--> statement-breakpoint
CREATE INDEX "runtime_outbox_pending_idx" ON "runtime_outbox" USING btree ("id") WHERE "runtime_outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "runtime_records_status_idx" ON "runtime_records" USING btree ("status","game_id");