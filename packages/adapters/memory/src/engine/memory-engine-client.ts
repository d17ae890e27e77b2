import type { EngineClient, EngineHealth } from '@galaxy/manager-ports';
import type { MemoryContainerEngine } from './memory-container-engine.js';

/** A client that returns what the game engine at an address of the memory engine would answer. */
export class MemoryEngineClient implements EngineClient {
  readonly #engine: MemoryContainerEngine;

  constructor(engine: MemoryContainerEngine) {
    this.#engine = engine;
  }

  /** As the port says. */
  async health(address: string, signal: AbortSignal): Promise<EngineHealth> {
    await Promise.resolve();
    return signal.aborted ? { kind: 'unreachable', detail: 'aborted' } : this.#engine.healthAt(address);
  }
}
