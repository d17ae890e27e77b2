import type { Incarnation } from './container-engine.js';

/** One of our containers as a list shows it: enough to find drift, but not enough to act on. */
export type ListedIncarnation = Pick<Incarnation, 'id' | 'owner' | 'imageRef' | 'state'>;

/** All our containers on the engine, as of about one moment. */
export interface FleetInventory {
  /** Identifies the engine's own store. Another id means another engine, or the same one emptied. */
  readonly engineId: string;
  readonly incarnations: readonly ListedIncarnation[];
  /** Containers that have a game's container name but are not ours (no label, or another installation's). Never touch them. */
  readonly foreign: readonly { readonly id: string; readonly name: string }[];
}

/** Why an observation may be useful now. `connected`: changes before this moment may have been missed, so observe the whole fleet. */
export type FleetHint = { readonly kind: 'connected' } | { readonly kind: 'changed'; readonly gameId: string };

/** Lists and follows all containers of this installation. */
export interface ContainerFleet {
  /**
   * All containers, in one call of the engine, however many there are.
   * @throws DependencyFault when the engine does not answer. Then nothing is known; never take it for an empty list.
   */
  list(): Promise<FleetInventory>;

  /**
   * Reports changes of our containers until the signal aborts, then returns. While it runs, no change is lost, but changes may be
   * reported late, twice or out of order: they are hints only, {@link list} is the truth. Calls `onHint` first with `connected`.
   * Reconnects by itself, goes on from where it was, and reports `connected` after each reconnection.
   * @throws DependencyFault when the engine can't be followed, or not any more: call again after a while.
   */
  watch(onHint: (hint: FleetHint) => void, signal: AbortSignal): Promise<void>;
}
