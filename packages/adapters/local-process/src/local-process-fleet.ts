import type { ContainerFleet, FleetHint, FleetInventory } from '@galaxy/manager-ports';
import type { LocalProcessEngine } from './local-process-engine.js';

// The same for every process. Engines end with their manager, so their absence after a restart must not look like another engine.
const ENGINE_ID = 'local-processes';

/** All engines of a {@link LocalProcessEngine}. They belong to this process, so it always answers, and no container is foreign. */
export class LocalProcessFleet implements ContainerFleet {
  readonly #engine: LocalProcessEngine;

  constructor(engine: LocalProcessEngine) {
    this.#engine = engine;
  }

  /** As the port says. Never throws. */
  async list(): Promise<FleetInventory> {
    await Promise.resolve();
    return { engineId: ENGINE_ID, incarnations: this.#engine.incarnations, foreign: [] };
  }

  /** As the port says. `connected` comes once. Throws only what `onHint` throws. */
  async watch(onHint: (hint: FleetHint) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    onHint({ kind: 'connected' });
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const end = this.#engine.onChange((gameId) => onHint({ kind: 'changed', gameId }));
    signal.addEventListener('abort', end, { once: true });
    await aborted;
  }
}
