import { describe, expect, it } from 'vitest';
import { type DoneSoFar, judgeRestored } from './judge-restored.js';

const at = (cursor: string, previous = '0-0') => ({ cursor, previous });
const stream = { stream: 'start_jobs', place: at('100-0'), mirror: '100-0', lastId: '200-0' };
const done = (changes: Partial<DoneSoFar['streams'][number]>, ids: { last?: bigint; published?: bigint } = {}): DoneSoFar => ({
  streams: [{ ...stream, ...changes }],
  lastOutboxId: ids.last ?? 5n,
  publishedOutboxId: ids.published ?? 5n,
});

describe('judgeRestored', () => {
  it.each([
    ['both agree', done({})],
    ['the mirror lags', done({ mirror: '99-7' })],
    ['there is no mirror', done({ mirror: null })],
    ['the mirror is no entry id', done({ mirror: 'yesterday' })],
    ['the database never read, and an earlier service left its place', done({ place: null, mirror: '150-0' })],
    ['the mirror is of an earlier stream under that key', done({ mirror: '300-0' })],
    ['the mirror is of an earlier stream, and written late', done({ place: at('0-0', '150-0'), mirror: '150-0' })],
    ['the stream is gone', done({ mirror: '150-0', lastId: null })],
    ['not everything is published', done({}, { last: 9n, published: 5n })],
    ['nothing ever happened', done({ place: null, mirror: null, lastId: null }, { last: 0n, published: 0n })],
  ])('finds nothing when %s', (_, soFar) => {
    expect(judgeRestored(soFar)).toEqual([]);
  });

  it('finds a stream that was ingested further than the database knows', () => {
    expect(judgeRestored(done({ mirror: '150-3' }))).toEqual([
      'start_jobs was ingested up to 150-3, but the last ingested entry in the database is 100-0',
    ]);
  });

  it('finds one that was ingested further than any stream before', () => {
    expect(judgeRestored(done({ place: at('0-0', '150-0'), mirror: '150-1' }))).toHaveLength(1);
  });

  it('compares ids as pairs of integers', () => {
    expect(judgeRestored(done({ place: at('100-9'), mirror: '100-10' }))).toHaveLength(1);
    expect(judgeRestored(done({ place: at('99-0'), mirror: '100-0' }))).toHaveLength(1);
  });

  it('finds messages that were published and are not in the database', () => {
    expect(judgeRestored(done({}, { last: 4n, published: 5n }))).toEqual([
      'message 5 was published, but the last message in the database is 4',
    ]);
  });

  it('tells everything it finds', () => {
    expect(judgeRestored(done({ mirror: '150-0' }, { last: 0n, published: 1n }))).toHaveLength(2);
  });
});
