import { expect, it } from 'vitest';
import { makeWorld } from '../test-support/world.test-support.js';
import { runLoop } from './run-loop.js';

it('a turn that went on for long before it failed is no repeated failure: the pauses begin anew', async () => {
  const world = makeWorld();
  const stopping = new AbortController();
  const turn = async (signal: AbortSignal): Promise<void> => {
    await world.clock.sleep(60_000, signal);
    throw new Error('away');
  };
  void runLoop('test', turn, stopping.signal, world);
  await world.clock.advance(10 * 61_000);
  stopping.abort();
  const pauses = world.events.map((event) => (event.kind === 'loop_failed' ? event.retryInMs : event.kind));
  expect(pauses).toEqual(Array(10).fill(100));
});
