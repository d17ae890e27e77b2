import { engineClientContract } from '@galaxy/manager-port-contracts';
import type { ContainerEngine } from '@galaxy/manager-ports';
import { MemoryContainerEngine } from './memory-container-engine.js';
import { MemoryEngineClient } from './memory-engine-client.js';

async function addressOf(engine: ContainerEngine, gameId: string, imageRef: string): Promise<string> {
  await engine.ensureImage(imageRef, new AbortController().signal);
  const created = await engine.create({ gameId, opId: 'op', attempt: 1, imageRef });
  if (created.kind !== 'created') throw new Error(created.kind);
  await engine.start(created.id);
  const inspection = await engine.inspect(created.id);
  return (inspection.kind === 'ours' && inspection.incarnation.address) || '';
}

engineClientContract(
  'memory',
  async () => {
    const engine = new MemoryContainerEngine();
    engine.addImage('games/engine:1');
    engine.addImage('games/engine:slow', { runs: 'never-ready' });
    return {
      client: new MemoryEngineClient(engine),
      healthy: await addressOf(engine, 'a', 'games/engine:1'),
      starting: await addressOf(engine, 'b', 'games/engine:slow'),
      gone: 'http://galaxy-game-c:8080',
      silent: '',
      close: async () => {},
    };
  },
  { silent: 'a memory engine always answers' },
);
