import { describe, expect, it } from 'vitest';
import { jobDigest, knownPublishText, parseKnownPublish, WITHDRAWN } from './known-publish.js';
import { newStartJob, newStopJob } from './new-job.js';

const digest = jobDigest(newStopJob('alpha', 'timeout', 5n));

describe('jobDigest', () => {
  it('is the same for jobs that ask for the same, whenever they do', () => {
    expect(jobDigest(newStopJob('alpha', 'timeout', 6n))).toBe(digest);
  });

  it('differs by game, by reason or image, and by what is asked', () => {
    const others = [
      newStopJob('beta', 'timeout', 5n),
      newStopJob('alpha', 'cancelled', 5n),
      newStartJob('alpha', 'timeout:1', 5n),
      newStartJob('alpha', 'timeout:2', 5n),
    ].map(jobDigest);
    expect(new Set([digest, ...others]).size).toBe(5);
  });
});

describe('parseKnownPublish', () => {
  it.each(['start_jobs', 'stop_jobs'] as const)('reads what was written of %s', (stream) => {
    const job = { stream, entryId: '1714329600000-18446744073709551615' };
    expect(parseKnownPublish(knownPublishText(job, digest))).toEqual({ kind: 'published', job, digest });
  });

  it('tells an id that is withdrawn', () => {
    expect(parseKnownPublish(WITHDRAWN)).toEqual({ kind: 'withdrawn' });
  });

  it.each(['', '5-0', `other_jobs 5-0 ${digest}`, `start_jobs 5 ${digest}`, 'start_jobs 5-0 abc', `start_jobs 5-0 ${digest}\n`])(
    'takes %j for none',
    (text) => {
      expect(parseKnownPublish(text)).toBeNull();
    },
  );
});
