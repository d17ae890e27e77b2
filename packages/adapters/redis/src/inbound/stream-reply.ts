import { Buffer } from 'node:buffer';
import type { EntryId } from '@galaxy/domain';
import { parseEntryId } from '@galaxy/domain';
import type { RawEntry } from '@galaxy/wire';
import { unexpectedReply } from '../connection/redis-faults.js';

/** One entry as XREAD returned it. */
export interface StreamEntry {
  readonly entryId: string;
  readonly id: EntryId;
  readonly entry: RawEntry;
}

/**
 * Takes a binary reply of XREAD apart: per key its entries, in order; keys without entries are absent. Takes both shapes,
 * `[[key, entries], …]` of RESP2 and the flat `[key, entries, …]` that ioredis makes of RESP3's map where it does not
 * translate it.
 * @throws DependencyFault when it is neither.
 */
export function streamEntries(reply: unknown): Map<string, readonly StreamEntry[]> {
  if (reply === null) return new Map();
  const pairs = pairsOf(list(reply));
  return new Map(pairs.map(([key, entries]) => [bytes(key).toString(), list(entries).map(streamEntry)]));
}

function pairsOf(items: readonly unknown[]): readonly (readonly [unknown, unknown])[] {
  const flat = items.every(Array.isArray) ? items.flat(1) : items;
  return inPairs(flat);
}

function streamEntry(item: unknown): StreamEntry {
  const [idBytes, fields] = list(item);
  const entryId = bytes(idBytes).toString('latin1');
  const id = parseEntryId(entryId);
  if (id === null) throw unexpectedReply('XREAD');
  return { entryId, id, entry: inPairs(list(fields)).map(([name, value]) => [bytes(name), bytes(value)] as const) };
}

function inPairs(items: readonly unknown[]): readonly (readonly [unknown, unknown])[] {
  const pairs: [unknown, unknown][] = [];
  for (let at = 0; at < items.length; at += 2) pairs.push([items[at], items[at + 1]]);
  return pairs;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpectedReply('XREAD');
  return value;
}

function bytes(value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) throw unexpectedReply('XREAD');
  return value;
}
