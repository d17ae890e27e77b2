import type { ContainerFleet, FleetHint } from '@galaxy/manager-ports';
import type { CallTrouble } from '../injection/troubles.js';
import type { Network } from '../world/network.js';
import type { SimulatedProcess } from '../world/simulated-process.js';
import type { World } from '../world/world.js';

/** Following the engine's changes as a process does it: hints come as the weather is, until the connection is lost. */
export function watchFleet(world: World, network: Network, process: SimulatedProcess): ContainerFleet['watch'] {
  const { time, engine, servers, draws } = world;
  const server = servers.container_engine;
  return (onHint, signal) =>
    new Promise((resolve, reject) => {
      const ends: (() => void)[] = [];
      const end = (settle: () => void): void => {
        for (const one of ends.splice(0)) one();
        settle();
      };
      const breakOff = (): void => process.run(() => end(() => reject(server.fault('unknown'))));
      const tell = (hint: FleetHint, ms: number): void =>
        void time.after(ms, () => process.run(() => (ends.length > 0 ? onHint(hint) : undefined)));
      const connect = (): void => {
        if (server.absence !== null) return breakOff();
        ends.push(
          engine.onChange((hint) => passOn(world, hint, tell)),
          server.onLoss(breakOff),
        );
        tell({ kind: 'connected' }, draws.below('hint', 5));
      };
      const aborted = (): void => end(resolve);
      if (signal.aborted) return aborted();
      signal.addEventListener('abort', aborted);
      ends.push(() => signal.removeEventListener('abort', aborted));
      const trouble = network.meetWatch(process);
      if (refuses(trouble)) return void time.after(1, breakOff);
      time.after(trouble?.what === 'hang' ? trouble.ms : 1, connect);
      if (trouble?.what === 'lost' || trouble?.what === 'late') time.after(trouble.what === 'late' ? trouble.ms : 2, breakOff);
    });
}

const refuses = (trouble: CallTrouble | null) => trouble?.what === 'before' || trouble?.what === 'refused';

function passOn({ weather, draws }: World, hint: FleetHint, tell: (hint: FleetHint, ms: number) => void): void {
  switch (weather.hints) {
    case 'lost':
      return;
    case 'late':
      return tell(hint, draws.below('late hint', 5000));
    case 'doubled':
      tell(hint, draws.below('hint', 300));
      return tell(hint, draws.below('hint', 5));
    case 'told':
      return tell(hint, draws.below('hint', 5));
  }
}
