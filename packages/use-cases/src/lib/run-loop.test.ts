import { describe, expect, it } from 'vitest';
import { makeWorld, pass } from '../test-support/world.test-support.js';
import { runLoop } from './run-loop.js';

/** A loop that fails as often as it is told to, then works; the pauses it took, and its end. */
function makeLoop(failures: number) {
  const world = makeWorld();
  const stopping = new AbortController();
  const begunAtMs: number[] = [];
  const turn = async (): Promise<void> => {
    begunAtMs.push(world.clock.monotonicMs());
    await Promise.resolve();
    if (begunAtMs.length <= failures) throw new Error(`failure ${begunAtMs.length}`);
    await world.clock.sleep(1000, stopping.signal);
  };
  const ended = runLoop('test', turn, stopping.signal, world);
  return { world, stopping, ended, pauses: () => begunAtMs.slice(1).map((at, index) => at - (begunAtMs[index] ?? 0)) };
}

describe('a turn that fails', () => {
  it('is tried again after a pause that grows to five seconds', async () => {
    const { world, pauses, stopping, ended } = makeLoop(9);
    await world.clock.advance(60_000);
    expect(pauses().slice(0, 10)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 1000]);
    stopping.abort();
    await pass(world, ended);
  });

  it('is told each time, and so is the recovery; then the pauses begin anew', async () => {
    const { world, stopping } = makeLoop(2);
    await world.clock.advance(1300);
    stopping.abort();
    await world.clock.advance(0);
    expect(world.events).toEqual([
      { kind: 'loop_failed', loop: 'test', error: new Error('failure 1'), retryInMs: 100 },
      { kind: 'loop_failed', loop: 'test', error: new Error('failure 2'), retryInMs: 200 },
      { kind: 'loop_recovered', loop: 'test' },
    ]);
  });

  it('fails anew after a recovery with the first pause again', async () => {
    const world = makeWorld();
    const stopping = new AbortController();
    let turns = 0;
    const turn = async () => {
      turns += 1;
      if (turns !== 3) throw new Error('away');
    };
    void runLoop('test', turn, stopping.signal, world);
    await world.clock.advance(300);
    stopping.abort();
    expect(world.events.map((event) => (event.kind === 'loop_failed' ? event.retryInMs : event.kind))).toEqual([
      100,
      200,
      'loop_recovered',
      100,
    ]);
  });
});

describe('the end', () => {
  it('comes with the signal, also within a pause, and never as an error', async () => {
    const { world, stopping, ended } = makeLoop(100);
    await world.clock.advance(20_000);
    stopping.abort();
    await expect(pass(world, ended, 0)).resolves.toBeUndefined();
  });

  it('comes before the first turn when the signal has aborted', async () => {
    const world = makeWorld();
    let turns = 0;
    await runLoop('test', async () => void (turns += 1), AbortSignal.abort(), world);
    expect(turns).toBe(0);
  });
});
