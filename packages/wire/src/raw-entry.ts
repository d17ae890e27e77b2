import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { InvalidInputError } from '@galaxy/ports';
import { z } from 'zod';

/** One stream entry as it was read: field names and values in order, as raw bytes. Names may repeat, and the bytes may not be text. */
export type RawEntry = readonly (readonly [Uint8Array, Uint8Array])[];

/** The entry that a stream would hold for this payload. */
export function rawEntry(payload: Readonly<Record<string, string>>): RawEntry {
  return Object.entries(payload).map(([name, value]) => [Buffer.from(name, 'utf8'), Buffer.from(value, 'utf8')] as const);
}

/** Entries of more bytes (names and values together) or more fields are not decoded. */
export const ENTRY_LIMITS = { bytes: 16 * 1024, fields: 16 } as const;

/** How much of an entry {@link rawJson} keeps: far more than an entry may have that is decoded. */
const KEPT = { bytes: 64 * 1024, fields: 1024 } as const;

/** The number of bytes of all names and values. */
export function entryBytes(entry: RawEntry): number {
  let sum = 0;
  for (const [name, value] of entry) sum += name.length + value.length;
  return sum;
}

/**
 * The entry as JSON text: an array of `[field, value]`, both base64. Of an entry with more than 64 KiB or 1024 fields, which is
 * refused anyway, it keeps only the first ones: one producer's mistake must not fill the database with dead letters.
 */
export function rawJson(entry: RawEntry): string {
  let left: number = KEPT.bytes;
  const keep = (bytes: Uint8Array): string => {
    const kept = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, left));
    left -= kept.length;
    // Base64 needs no escaping in JSON.
    return `"${kept.toString('base64')}"`;
  };
  const pairs: string[] = [];
  for (const [name, value] of entry) {
    if (left <= 0 || pairs.length >= KEPT.fields) break;
    pairs.push(`[${keep(name)},${keep(value)}]`);
  }
  return `[${pairs.join(',')}]`;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const base64 = z.string().regex(BASE64);
const rawPairs = z.array(z.tuple([base64, base64])).min(1);

/**
 * The inverse of {@link rawJson}.
 * @throws InvalidInputError when the text is not an entry, or only the first part of one.
 */
export function parseRawJson(raw: string): RawEntry {
  const pairs = rawPairs.safeParse(parsed(raw));
  if (!pairs.success) throw new InvalidInputError('the raw entry is not an array of [field, value], both base64', pairs.error);
  const entry = pairs.data.map(([name, value]) => [Buffer.from(name, 'base64'), Buffer.from(value, 'base64')] as const);
  if (entryBytes(entry) >= KEPT.bytes || entry.length >= KEPT.fields) throw new InvalidInputError('the raw entry was cut short');
  return entry;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * SHA-256 of the whole entry, in hex. The length of each name and value (32 bits, big-endian) is hashed before it, so that two
 * different entries never give the same bytes to the hash.
 */
export function payloadHash(entry: RawEntry): string {
  const encoded = Buffer.allocUnsafe(entryBytes(entry) + 8 * entry.length);
  let end = 0;
  const add = (bytes: Uint8Array): void => {
    end = encoded.writeUInt32BE(bytes.length, end);
    encoded.set(bytes, end);
    end += bytes.length;
  };
  for (const [name, value] of entry) {
    add(name);
    add(value);
  }
  return createHash('sha256').update(encoded).digest('hex');
}
