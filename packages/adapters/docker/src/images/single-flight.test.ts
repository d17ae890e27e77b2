import { expect, it } from 'vitest';
import { Semaphore } from './semaphore.js';
import { SingleFlight } from './single-flight.js';

const NEVER_MS = 60_000;

function pending() {
  let finish: (value: string) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const signals: AbortSignal[] = [];
  const start = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
  };
  return { start, signals, finish: (value: string) => finish(value), fail: (error: Error) => fail(error) };
}

it('is done once for all who wait, and anew for who comes later', async () => {
  const [shared, work, { signal }] = [new SingleFlight<string>(), pending(), new AbortController()];
  const waiting = [shared.join('a', signal, work.start), shared.join('a', signal, work.start)];
  work.finish('done');
  expect(await Promise.all(waiting)).toEqual(['done', 'done']);
  const later = shared.join('a', signal, work.start);
  work.finish('again');
  expect(await later).toBe('again');
  expect(work.signals).toHaveLength(2);
});

it('goes on for the others when one leaves, and is abandoned after the last', async () => {
  const [shared, work, first, second] = [new SingleFlight<string>(), pending(), new AbortController(), new AbortController()];
  const waiting = [shared.join('a', first.signal, work.start), shared.join('a', second.signal, work.start)];
  first.abort();
  expect(await waiting[0]).toBe('aborted');
  expect(work.signals[0]?.aborted).toBe(false);
  second.abort();
  expect(await waiting[1]).toBe('aborted');
  expect(work.signals[0]?.aborted).toBe(true);
});

it('is begun anew while the abandoned one still ends', async () => {
  const [shared, abandoned, anew, leaver, stayer] = [
    new SingleFlight<string>(),
    pending(),
    pending(),
    new AbortController(),
    new AbortController(),
  ];
  const left = shared.join('a', leaver.signal, abandoned.start);
  leaver.abort();
  await left;
  const stayed = shared.join('a', stayer.signal, anew.start);
  abandoned.fail(new Error('given up'));
  await new Promise((resolve) => setImmediate(resolve));
  const joined = shared.join('a', stayer.signal, anew.start);
  anew.finish('done');
  expect(await Promise.all([stayed, joined])).toEqual(['done', 'done']);
  expect(anew.signals).toHaveLength(1);
});

it('throws what the work throws, and keeps apart what has another key', async () => {
  const [shared, work, { signal }] = [new SingleFlight<string>(), pending(), new AbortController()];
  const waiting = shared.join('a', signal, work.start);
  expect(await shared.join('b', signal, async () => 'other')).toBe('other');
  work.fail(new Error('broken'));
  await expect(waiting).rejects.toThrow('broken');
});

it('does not begin for one whose signal has fired', async () => {
  const [shared, work] = [new SingleFlight<string>(), pending()];
  expect(await shared.join('a', AbortSignal.abort(), work.start)).toBe('aborted');
  expect(work.signals).toHaveLength(0);
});

it('has so many places, and lets the others in one by one', async () => {
  const semaphore = new Semaphore(2, NEVER_MS);
  const finish: (() => void)[] = [];
  const { signal } = new AbortController();
  const work = () => new Promise<number>((resolve) => finish.push(() => resolve(finish.length)));
  const all = [1, 2, 3, 4].map(() => semaphore.run(signal, work));
  await expect.poll(() => finish.length).toBe(2);
  finish[0]?.();
  await expect.poll(() => finish.length).toBe(3);
  finish[1]?.();
  finish[2]?.();
  await expect.poll(() => finish.length).toBe(4);
  finish[3]?.();
  await Promise.all(all);
});

it('passes a place on that nobody uses any more', async () => {
  const semaphore = new Semaphore(1, NEVER_MS);
  const [abort, { signal }] = [new AbortController(), new AbortController()];
  let finish: (value: string) => void = () => {};
  const first = semaphore.run(signal, () => new Promise<string>((resolve) => (finish = resolve)));
  const left = semaphore.run(abort.signal, async () => 'ran');
  const third = semaphore.run(signal, async () => 'ran');
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  // At once, with the place still taken.
  expect(await left).toBe(null);
  finish('first');
  expect([await first, await third]).toEqual(['first', 'ran']);
  expect(await semaphore.run(abort.signal, async () => 'ran')).toBe(null);
  expect(await semaphore.run(signal, async () => 'ran')).toBe('ran');
});

it('lets in who has waited long enough beside work that does not get on, and has as many places afterwards', async () => {
  const semaphore = new Semaphore(1, 20);
  const { signal } = new AbortController();
  let finish: (value: string) => void = () => {};
  const stuck = semaphore.run(signal, () => new Promise<string>((resolve) => (finish = resolve)));
  expect(await Promise.all([1, 2, 3].map((n) => semaphore.run(signal, async () => n)))).toEqual([1, 2, 3]);
  finish('stuck');
  await stuck;
  let inside = 0;
  const most = await Promise.all(
    [1, 2, 3].map(() =>
      semaphore.run(signal, async () => {
        inside += 1;
        await new Promise((resolve) => setImmediate(resolve));
        return inside--;
      }),
    ),
  );
  expect(most).toEqual([1, 1, 1]);
});
