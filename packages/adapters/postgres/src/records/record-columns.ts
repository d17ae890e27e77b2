import { RUNTIME_STATUSES, type RuntimeRecord } from '@galaxy/domain';
import { type SQL, sql } from 'drizzle-orm';
import { runtimeRecords } from '../schema/schema.js';
import { bool, oneOf, type Row, text, textOrNull, time, timeOrNull } from '../sql/row.js';

/** A record's fields, and what each is called and is of where a record stands beside other columns. */
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
} as const satisfies Record<keyof RuntimeRecord, readonly [string, string]>;

type Field = keyof RuntimeRecord;
const FIELD_NAMES = Object.keys(FIELDS) as Field[];
const list = (render: (field: Field) => SQL): SQL => sql.join(FIELD_NAMES.map(render), sql`, `);

/** A record's columns for a SELECT list, under names of their own. */
export const recordColumns: SQL = list((field) => sql`${runtimeRecords[field]} as ${sql.identifier(FIELDS[field][0])}`);

/** The record as columns of a `json_to_recordset`. */
export const recordDefinition: SQL = list((field) => sql`${sql.identifier(FIELDS[field][0])} ${sql.raw(FIELDS[field][1])}`);

/** Where each column of `runtime_records` comes from, when the record stands in the row `m`. */
export const recordFromM = Object.fromEntries(FIELD_NAMES.map((field) => [field, sql`m.${sql.identifier(FIELDS[field][0])}`])) as Record<
  Field,
  SQL
>;

/** The record as JSON for {@link recordDefinition}. */
export function recordJson(record: RuntimeRecord): Record<string, unknown> {
  return Object.fromEntries(FIELD_NAMES.map((field) => [FIELDS[field][0], record[field]]));
}

/** The record in a row of {@link recordColumns}; null when an outer join found none. */
export function recordOrNull(row: Row): RuntimeRecord | null {
  return row[FIELDS.gameId[0]] === null ? null : recordOf(row);
}

/** The record in a row of {@link recordColumns}. */
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
  };
}
