import type { RuntimeRecord } from './runtime-record.js';

/** The fields of a record that can change. The store raises `version`; the others identify the record. */
export type RecordPatch = Partial<Omit<RuntimeRecord, 'gameId' | 'createdAt' | 'version'>>;

const FIXED: readonly (keyof RuntimeRecord)[] = ['gameId', 'createdAt', 'version'];

/**
 * The fields that differ between two versions of a record, as `after` has them. Written as a patch, they leave alone what somebody
 * else changed meanwhile, such as a pause.
 */
export function recordPatch(before: RuntimeRecord, after: RuntimeRecord): RecordPatch {
  const fields = (Object.keys(after) as (keyof RuntimeRecord)[]).filter((field) => !FIXED.includes(field));
  return Object.fromEntries(fields.filter((field) => !isSame(before[field], after[field])).map((field) => [field, after[field]]));
}

/** The record with a patch written into it, and the next version. An empty patch changes nothing. */
export function patchedRecord(record: RuntimeRecord, patch: RecordPatch): RuntimeRecord {
  return Object.keys(patch).length === 0 ? record : { ...record, ...patch, version: record.version + 1 };
}

/** Whether the record has what the patch sets. */
export function hasPatch(record: RuntimeRecord, patch: RecordPatch): boolean {
  return Object.entries(patch).every(([field, value]) => isSame(record[field as keyof RecordPatch], value));
}

type Value = RuntimeRecord[keyof RuntimeRecord];

const isSame = (a: Value, b: Value) => (a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b);
