import { LocalProcessEngine, LocalProcessFleet } from '@galaxy/adapter-local-process';
import { demoEngineMain } from '@galaxy/demo-engine';
import type { EnginePart } from './engine.js';

/** Engines as child processes of this process, without isolation, for trying things out. */
export function localProcesses(): EnginePart {
  const engine = new LocalProcessEngine({ main: demoEngineMain });
  return {
    probe: { name: 'container_engine', check: () => engine.ping() },
    open: () => ({ engine, fleet: new LocalProcessFleet(engine) }),
    close: () => engine.close(),
  };
}
