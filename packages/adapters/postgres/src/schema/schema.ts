import { OPERATION_CLASSES, OPERATION_SOURCES, OPERATION_STATUSES, OPERATIONS, RUNTIME_STATUSES } from '@galaxy/domain';
import { HOLD_REASONS } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

// Compared byte by byte, whatever the database's locale: pages use this order, and it is the cheapest comparison.
const gameIdText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
const time = (name: string) => timestamp(name, { withTimezone: true });
const oneOf = (column: AnyPgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`;

/**
 * Since when a removed record is removed. One that was stored from outside may not tell. In what this service writes it is never later
 * than `last_op_at`.
 */
export const removedSince = (t: { readonly removedAt: AnyPgColumn; readonly createdAt: AnyPgColumn }): SQL =>
  sql`coalesce(${t.removedAt}, ${t.createdAt})`;

/** One row per game. The columns are those of RuntimeRecord. A trigger raises `version` for writers that do not do it themselves. */
export const runtimeRecords = pgTable(
  'runtime_records',
  {
    gameId: gameIdText('game_id').primaryKey(),
    status: text('status').notNull(),
    currentContainerId: text('current_container_id'),
    currentImageRef: text('current_image_ref').notNull(),
    engineEndpoint: text('engine_endpoint').notNull(),
    paused: boolean('paused').notNull(),
    createdAt: time('created_at').notNull(),
    startedAt: time('started_at'),
    stoppedAt: time('stopped_at'),
    removedAt: time('removed_at'),
    lastOpAt: time('last_op_at').notNull(),
    version: bigint('version', { mode: 'number' }).notNull().default(1),
    imageId: text('image_id'),
    imageDigest: text('image_digest'),
    engineVersion: text('engine_version'),
    currentTurn: integer('current_turn'),
    nextTurnAt: time('next_turn_at'),
    health: text('health').notNull().default('unknown'),
    lastError: text('last_error'),
  },
  (t) => [
    check('runtime_records_status_chk', oneOf(t.status, RUNTIME_STATUSES)),
    index('runtime_records_status_idx').on(t.status, t.gameId),
    // For the deletion of old ones. Not by `last_op_at`: each change sets that, so it would have to touch every index.
    index('runtime_records_removed_idx').on(removedSince(t)).where(sql`${t.status} = 'removed'`),
  ],
);

/**
 * The queue, claims, steps and audit of all operations, in the order of `ord`. A claim is (`attempt`, `holder`, `claim_expires_at`).
 * A released row stays `running` without a holder, so that the next operation of the game still waits. `credited_attempt` is the
 * last attempt that is not counted as a failure when the next one begins.
 *
 * `class`, `payload_version` and `step_version` let a claim leave out what its process does not know. A trigger fills `class` for
 * writers from before there was one.
 */
export const operationLog = pgTable(
  'runtime_operation_log',
  {
    opId: uuid('op_id').primaryKey(),
    ord: bigint('ord', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    gameId: gameIdText('game_id').notNull(),
    op: text('op').notNull(),
    /** The kind of place it takes; null in rows that had ended before there were classes. */
    class: text('class'),
    source: text('source').notNull(),
    sourceRef: text('source_ref').notNull(),
    status: text('status').notNull(),
    stream: text('stream'),
    entryId: text('entry_id'),
    payloadHash: text('payload_hash'),
    /** False for an entry that could not be decoded. */
    valid: boolean('valid').notNull().default(true),
    // json, not jsonb, and SQL never reads its fields: so it can store every text, also one with an escaped NUL.
    payload: json('payload').notNull(),
    /** The form in which `payload` is written. */
    payloadVersion: smallint('payload_version').notNull().default(1),
    /** A later operation that yields only when it is told to is ended early by this one. */
    force: boolean('force').notNull().default(false),
    /** The hash of the payload of a request; null for what was not requested by name. */
    requestHash: text('request_hash'),
    requestedBy: text('requested_by').notNull().default(''),
    requestedAtMs: bigint('requested_at_ms', { mode: 'bigint' }),
    reason: text('reason').notNull().default(''),
    /** The status of the record when the operation was first claimed; null before that, and when there was no record. */
    statusBefore: text('status_before'),
    /** The raw stream entry for a possible dead letter; null after the operation has ended. */
    raw: text('raw'),
    attempt: integer('attempt').notNull().default(0),
    failures: integer('failures').notNull().default(0),
    creditedAttempt: integer('credited_attempt').notNull().default(0),
    unavailableMs: bigint('unavailable_ms', { mode: 'number' }).notNull().default(0),
    holder: text('holder'),
    claimExpiresAt: time('claim_expires_at'),
    step: text('step'),
    /** What belongs to the step, in the form of `step_version`; null in rows that recorded their step before there was such a column. */
    stepData: json('step_data'),
    stepVersion: smallint('step_version').notNull().default(1),
    /** The attempt that recorded `step`. */
    stepAttempt: integer('step_attempt'),
    /** The furthest step that the operation ever recorded, as its position in the steps of its traits, counted from 1. */
    furthestStep: smallint('furthest_step').notNull().default(0),
    previous: json('former'),
    containerId: text('container_id'),
    errorCode: text('error_code').notNull().default(''),
    errorMessage: text('error_message').notNull().default(''),
    resultContainerId: text('result_container_id').notNull().default(''),
    resultEngineEndpoint: text('result_engine_endpoint').notNull().default(''),
    queuedAt: time('queued_at').notNull().default(sql`clock_timestamp()`),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
  },
  (t) => [
    check('runtime_operation_log_op_chk', oneOf(t.op, OPERATIONS)),
    check('runtime_operation_log_source_chk', oneOf(t.source, OPERATION_SOURCES)),
    check('runtime_operation_log_status_chk', oneOf(t.status, OPERATION_STATUSES)),
    check('runtime_operation_log_class_chk', oneOf(t.class, OPERATION_CLASSES)),
    // A request by the same name is the same operation.
    uniqueIndex('runtime_operation_log_request_key').on(t.source, t.sourceRef).where(sql`${t.requestHash} is not null`),
    uniqueIndex('runtime_operation_log_entry_key').on(t.stream, t.entryId, t.payloadHash),
    uniqueIndex('runtime_operation_log_running_key').on(t.gameId).where(sql`${t.status} = 'running'`),
    // At most one act of the reconciler per game, even if two are queued at the same moment.
    uniqueIndex('runtime_operation_log_act_key').on(t.gameId).where(sql`${t.op} = 'reconcile' and ${t.status} in ('queued', 'running')`),
    uniqueIndex('runtime_operation_log_game_key').on(t.gameId, t.ord),
    index('runtime_operation_log_game_queue_idx').on(t.gameId, t.ord).where(sql`${t.status} = 'queued'`),
    // Each class has a part of this index, so that a claim for one class never walks over the backlog of another.
    index('runtime_operation_log_class_queue_idx').on(t.class, t.ord).where(sql`${t.status} = 'queued'`),
    // Ended operations in the order of their ends, for the deletion of old ones. A row enters it once, when it ends.
    index('runtime_operation_log_ended_idx').on(t.finishedAt, t.ord).where(sql`${t.finishedAt} is not null`),
    // For replicas of the version before there were classes. A later migration removes both.
    index('runtime_operation_log_start_queue_idx').on(t.ord).where(sql`${t.status} = 'queued' and ${t.op} = 'start'`),
    index('runtime_operation_log_other_queue_idx').on(t.ord).where(sql`${t.status} = 'queued' and ${t.op} <> 'start'`),
  ],
);

/** Messages to publish, and published ones until they are pruned. `dedupe_key` is the origin of a message: an operation or a stream entry. */
export const runtimeOutbox = pgTable(
  'runtime_outbox',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text('kind').notNull(),
    lane: gameIdText('lane').notNull(),
    number: bigint('number', { mode: 'bigint' }).notNull(),
    /** True when the writer took `number` from `runtime_lanes`. For others, a trigger takes it. */
    numbered: boolean('numbered').notNull().default(false),
    dedupeKey: text('dedupe_key').notNull(),
    payload: json('payload').notNull(),
    createdAt: time('created_at').notNull().default(sql`clock_timestamp()`),
    publishedAt: time('published_at'),
    /** The id of the message in its stream; null while unknown. */
    entryId: text('entry_id'),
    /** The operator's decision about a dead letter; null while there is none. */
    resolution: text('resolution'),
  },
  (t) => [
    check('runtime_outbox_kind_chk', oneOf(t.kind, ['job_result', 'dead_letter', 'job_outcome', 'health_event', 'snapshot'])),
    check('runtime_outbox_resolution_chk', oneOf(t.resolution, ['requeued', 'discarded'])),
    uniqueIndex('runtime_outbox_lane_key').on(t.kind, t.lane, t.number),
    uniqueIndex('runtime_outbox_dedupe_key').on(t.kind, t.dedupeKey),
    index('runtime_outbox_pending_idx').on(t.id).where(sql`${t.publishedAt} is null`),
    // What was published last, and what longest ago, of one kind: a kind that is rare is found as fast as one that is not.
    index('runtime_outbox_kind_published_idx').on(t.kind, t.publishedAt).where(sql`${t.publishedAt} is not null`),
    index('runtime_outbox_dead_letter_idx').on(t.id).where(sql`${t.kind} = 'dead_letter'`),
  ],
);

/** The last number of each lane of the outbox. */
export const runtimeLanes = pgTable(
  'runtime_lanes',
  {
    kind: text('kind').notNull(),
    lane: gameIdText('lane').notNull(),
    lastNumber: bigint('last_number', { mode: 'bigint' }).notNull(),
  },
  (t) => [primaryKey({ name: 'runtime_lanes_pk', columns: [t.kind, t.lane] })],
);

/**
 * Up to which place each job stream was ingested. The columns are those of StreamPlace. Operations of entries up to `pruned_up_to` may
 * have been deleted from the log, so that no entry up to there is ingested again.
 */
export const runtimeStreamCursors = pgTable('runtime_stream_cursors', {
  stream: text('stream').primaryKey(),
  cursor: text('cursor').notNull(),
  floor: text('floor'),
  entriesRead: bigint('entries_read', { mode: 'bigint' }),
  previous: text('former').notNull().default('0-0'),
  prunedUpTo: text('pruned_up_to').notNull().default('0-0'),
});

/** The publish epoch. There is one row after the epoch was first raised; before that there is none, and the epoch is 0. */
export const runtimePublishing = pgTable(
  'runtime_publishing',
  { one: boolean('one').primaryKey().default(true), epoch: bigint('epoch', { mode: 'bigint' }).notNull() },
  (t) => [check('runtime_publishing_one_chk', sql`${t.one}`)],
);

/**
 * Per kind, the highest id of a message that was ever deleted from the outbox, and the transaction that deleted last. A trigger writes
 * both, whichever statement and version deletes.
 */
export const runtimeDeletedMessages = pgTable('runtime_deleted_messages', {
  kind: text('kind').primaryKey(),
  upTo: bigint('up_to', { mode: 'bigint' }).notNull(),
  deletedIn: bigint('deleted_in', { mode: 'bigint' }).notNull(),
});

/** The holds in force. */
export const runtimeHolds = pgTable(
  'runtime_holds',
  {
    reason: text('reason').primaryKey(),
    message: text('message').notNull(),
    since: time('since').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [check('runtime_holds_reason_chk', oneOf(t.reason, HOLD_REASONS))],
);

/** Leases for work that only one process may do at a time. A released lease has no holder. */
export const runtimeLeases = pgTable('runtime_leases', {
  name: text('name').primaryKey(),
  holder: text('holder'),
  epoch: bigint('epoch', { mode: 'bigint' }).notNull(),
  expiresAt: time('expires_at').notNull(),
});

/**
 * Values of the installation. `instance` is the name with which its containers are labelled, `history_place` the place up to which old
 * operations were deleted; for other keys see InstallationFactKey.
 */
export const runtimeSettings = pgTable('runtime_settings', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
});
