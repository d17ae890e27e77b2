import type { ContainerFleet, FleetHint } from '@galaxy/manager-ports';
import type { CallInjection } from '../injection/injections.js';
import type { Network } from '../world/network.js';
import type { SimulatedProcess } from '../world/simulated-process.js';
import type { World } from '../world/world.js';

/** {@link ContainerFleet.watch} of one process: hints come as the engine injections say, until the connection is lost. */
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
      const injection = network.nextOfWatch(process);
      if (refuses(injection)) return void time.after(1, breakOff);
      time.after(injection?.what === 'hang' ? injection.ms : 1, connect);
      if (injection?.what === 'lost' || injection?.what === 'late') time.after(injection.what === 'late' ? injection.ms : 2, breakOff);
    });
}

const refuses = (injection: CallInjection | null) => injection?.what === 'before' || injection?.what === 'refused';

/** Tells a hint as the engine injections say: late, twice or never. */
export function passOn<H>({ engineInjections, draws }: World, hint: H, tell: (hint: H, ms: number) => void): void {
  switch (engineInjections.hints) {
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
