import { containerEngineContract } from '@galaxy/manager-port-contracts';
import { DependencyFault } from '@galaxy/ports';
import { expect, it } from 'vitest';
import { MemoryContainerEngine } from './memory-container-engine.js';

containerEngineContract('memory', async () => {
  const engine = new MemoryContainerEngine();
  engine.addImage('games/engine:1.0.0');
  engine.addImage('games/engine:exits', { runs: 'exits-early', exitCode: 3 });
  engine.addImage('games/engine:refuses', { runs: 'refuses-start' });
  engine.addImage('games/engine:stubborn', { runs: 'ignores-sigterm' });
  return {
    engine,
    images: {
      healthy: 'games/engine:1.0.0',
      missing: 'games/engine:missing',
      exitsEarly: { ref: 'games/engine:exits', exitCode: 3 },
      refusesStart: 'games/engine:refuses',
      ignoresSigterm: 'games/engine:stubborn',
    },
    untilReady: async () => {},
    plantForeign: async (gameId) => engine.plantForeign(gameId),
    pause: async (id) => engine.pause(id),
    cutOff: async () => engine.goAway(),
    restore: async () => engine.comeBack(),
    close: async () => {},
  };
});

const never = new AbortController().signal;

it('shares a pull, and ends it when nobody waits any more', async () => {
  const engine = new MemoryContainerEngine();
  let arrive = () => {};
  const pullTakes = new Promise<void>((resolve) => (arrive = resolve));
  engine.addImage('games/engine:1', { pullTakes });
  const [first, second] = [new AbortController(), new AbortController()];
  const calls = [engine.ensureImage('games/engine:1', first.signal), engine.ensureImage('games/engine:1', second.signal)];
  await expect.poll(() => engine.pulls).toEqual(['games/engine:1']);
  first.abort();
  expect(await calls[0]).toEqual({ kind: 'aborted' });
  second.abort();
  expect(await calls[1]).toEqual({ kind: 'aborted' });
  const again = engine.ensureImage('games/engine:1', never);
  arrive();
  expect(await again).toEqual({ kind: 'available' });
  expect(engine.pulls).toHaveLength(2);
});

it('throws a fault while it is away', async () => {
  const engine = new MemoryContainerEngine();
  engine.goAway();
  await expect(engine.ping()).rejects.toThrow(DependencyFault);
  await expect(engine.find('g')).rejects.toMatchObject({ code: 'container_engine_unavailable', effect: 'not_done' });
  engine.comeBack();
  expect(await engine.find('g')).toEqual({ kind: 'absent' });
});
