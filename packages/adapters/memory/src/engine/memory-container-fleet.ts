import type { ContainerFleet, FleetHint, FleetInventory } from '@galaxy/manager-ports';
import type { MemoryContainerEngine } from './memory-container-engine.js';

/** All containers of a {@link MemoryContainerEngine}. */
export class MemoryContainerFleet implements ContainerFleet {
  /** The id of the engine's store. Change it to play another engine. */
  engineId = 'memory';
  /** While true, a watch reports nothing. */
  silent = false;
  readonly #engine: MemoryContainerEngine;

  constructor(engine: MemoryContainerEngine) {
    this.#engine = engine;
  }

  /** As the port says. Throws while the engine is away. */
  async list(): Promise<FleetInventory> {
    await this.#engine.ping();
    return structuredClone({ engineId: this.engineId, ...this.#engine.inventory });
  }

  /** As the port says. Throws when the engine is away at the beginning. */
  async watch(onHint: (hint: FleetHint) => void, signal: AbortSignal): Promise<void> {
    await this.#engine.ping();
    if (signal.aborted) return;
    const tell = (hint: FleetHint): void => {
      if (!this.silent) onHint(hint);
    };
    const end = this.#engine.onChange(tell);
    tell({ kind: 'connected' });
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    end();
  }
}
