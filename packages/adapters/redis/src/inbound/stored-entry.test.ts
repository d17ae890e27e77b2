import { rawEntry, rawJson } from '@galaxy/wire';
import { describe, expect, it } from 'vitest';
import { jobOfStoredEntry } from './stored-entry.js';

const KEYS = { start_jobs: 'starts', stop_jobs: 'stops' };
const stored = (sourceStream: string, fields: Record<string, string>) => ({ sourceStream, raw: rawJson(rawEntry(fields)) });

describe('jobOfStoredEntry', () => {
  it('decodes the entry as its stream is decoded', () => {
    expect(jobOfStoredEntry(stored('starts', { game_id: 'a', image_ref: 'i:1' }), KEYS)).toMatchObject({ kind: 'start', gameId: 'a' });
    expect(jobOfStoredEntry(stored('stops', { game_id: 'a', reason: 'cancelled' }), KEYS)).toMatchObject({ kind: 'stop', gameId: 'a' });
  });

  it.each([
    ['that can be answered but not decoded', stored('starts', { game_id: 'a' }), "the entry can't be decoded: missing image_ref"],
    ['without a game', stored('stops', { reason: 'cancelled' }), "the entry can't be decoded: missing game_id"],
    ['of another stream', stored('elsewhere', { game_id: 'a' }), 'the entry came by elsewhere, which is neither of the job streams'],
    ['that was cut short', stored('starts', { game_id: 'a'.repeat(70_000) }), 'the raw entry was cut short'],
    ['that is none', { sourceStream: 'starts', raw: '{}' }, 'the raw entry is not an array of [field, value], both base64'],
  ])('refuses an entry %s', (_, entry, why) => {
    expect(() => jobOfStoredEntry(entry, KEYS)).toThrow(why);
  });
});
