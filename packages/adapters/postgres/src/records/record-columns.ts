import { RUNTIME_HEALTHS, RUNTIME_STATUSES, type RuntimeRecord } from '@galaxy/domain';
import { type SQL, sql } from 'drizzle-orm';
import { runtimeRecords } from '../schema/schema.js';
import { bool, int, intOrNull, oneOf, type Row, text, textOrNull, time, timeOrNull } from '../sql/row.js';

/** For each field of a record: its column name in rows that also have other columns, and its SQL type. */
const FIELDS = {
  gameId: ['record_game_id', 'text'],
  status: ['record_status', 'text'],
  currentContainerId: ['record_container_id', 'text'],
  currentImageRef: ['record_image_ref', 'text'],
  engineEndpoint: ['record_engine_endpoint', 'text'],
  paused: ['record_paused', 'boolean'],
  createdAt: ['record_created_at', 'timestamptz'],
  startedAt: ['record_started_at', 'timestamptz'],
  stoppedAt: ['record_stopped_at', 'timestamptz'],
  removedAt: ['record_removed_at', 'timestamptz'],
  lastOpAt: ['record_last_op_at', 'timestamptz'],
  version: ['record_version', 'bigint'],
  imageId: ['record_image_id', 'text'],
  imageDigest: ['record_image_digest', 'text'],
  engineVersion: ['record_engine_version', 'text'],
  currentTurn: ['record_current_turn', 'int'],
  nextTurnAt: ['record_next_turn_at', 'timestamptz'],
  health: ['record_health', 'text'],
  lastError: ['record_last_error', 'text'],
} as const satisfies Record<keyof RuntimeRecord, readonly [string, string]>;

type Field = keyof RuntimeRecord;
const FIELD_NAMES = Object.keys(FIELDS) as Field[];
const list = (render: (field: Field) => SQL): SQL => sql.join(FIELD_NAMES.map(render), sql`, `);

/** The columns of a record for a SELECT list, renamed as in `FIELDS`. */
export const recordColumns: SQL = list((field) => sql`${selected(field)} as ${sql.identifier(FIELDS[field][0])}`);

// The drivers disagree on bigint. As a float8 it is a JavaScript number in both of them.
function selected(field: Field): SQL {
  return field === 'version' ? sql`${runtimeRecords.version}::float8` : runtimeRecords[field].getSQL();
}

/** The column definitions of a record for `json_to_recordset`. */
export const recordDefinition: SQL = list((field) => sql`${sql.identifier(FIELDS[field][0])} ${sql.raw(FIELDS[field][1])}`);

/** The value for each column of `runtime_records`, when the record is part of the row `m`. */
export const recordFromM = Object.fromEntries(FIELD_NAMES.map((field) => [field, sql`m.${sql.identifier(FIELDS[field][0])}`])) as Record<
  Field,
  SQL
>;

/** The value for each column that a patch may set, when the row `m` has the new values and, as `fields`, the names of the set ones. */
export const patchFromM = Object.fromEntries(
  FIELD_NAMES.filter((field) => field !== 'gameId' && field !== 'createdAt' && field !== 'version').map((field) => {
    const present = runtimeRecords[field];
    return [field, sql`case when ${sql.raw(`'${field}'`)} = any (m.fields) then ${recordFromM[field]} else ${present} end`];
  }),
);

/** The given fields of a record as JSON for {@link recordDefinition}. */
export function recordJson(record: Partial<RuntimeRecord>): Record<string, unknown> {
  return Object.fromEntries(FIELD_NAMES.flatMap((field) => (field in record ? [[FIELDS[field][0], record[field]]] : [])));
}

/** Reads the record from a row with {@link recordColumns}; null when an outer join found none. */
export function recordOrNull(row: Row): RuntimeRecord | null {
  return row[FIELDS.gameId[0]] === null ? null : recordOf(row);
}

/** Reads the record from a row with {@link recordColumns}. */
export function recordOf(row: Row): RuntimeRecord {
  return {
    gameId: text(row, 'record_game_id'),
    status: oneOf(row, 'record_status', RUNTIME_STATUSES),
    currentContainerId: textOrNull(row, 'record_container_id'),
    currentImageRef: text(row, 'record_image_ref'),
    engineEndpoint: text(row, 'record_engine_endpoint'),
    paused: bool(row, 'record_paused'),
    createdAt: time(row, 'record_created_at'),
    startedAt: timeOrNull(row, 'record_started_at'),
    stoppedAt: timeOrNull(row, 'record_stopped_at'),
    removedAt: timeOrNull(row, 'record_removed_at'),
    lastOpAt: time(row, 'record_last_op_at'),
    version: int(row, 'record_version'),
    imageId: textOrNull(row, 'record_image_id'),
    imageDigest: textOrNull(row, 'record_image_digest'),
    engineVersion: textOrNull(row, 'record_engine_version'),
    currentTurn: intOrNull(row, 'record_current_turn'),
    nextTurnAt: timeOrNull(row, 'record_next_turn_at'),
    health: oneOf(row, 'record_health', RUNTIME_HEALTHS),
    lastError: textOrNull(row, 'record_last_error'),
  };
}
