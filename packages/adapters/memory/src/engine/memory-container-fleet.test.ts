import { containerFleetContract } from '@galaxy/manager-port-contracts';
import { MemoryContainerEngine } from './memory-container-engine.js';
import { MemoryContainerFleet } from './memory-container-fleet.js';

containerFleetContract('memory', async () => {
  const engine = new MemoryContainerEngine();
  engine.addImage('games/engine:1.0.0');
  return {
    engine,
    fleet: new MemoryContainerFleet(engine),
    images: {
      healthy: 'games/engine:1.0.0',
      missing: 'games/engine:missing',
      exitsEarly: { ref: 'games/engine:missing', exitCode: 3 },
      refusesStart: 'games/engine:missing',
      ignoresSigterm: 'games/engine:missing',
    },
    untilReady: async () => {},
    plantForeign: async (gameId) => engine.plantForeign(gameId),
    pause: async (id) => engine.pause(id),
    endBehindItsBack: async (id) => engine.exit(id, 1),
    cutOff: async () => engine.goAway(),
    restore: async () => engine.comeBack(),
    close: async () => {},
  };
});
