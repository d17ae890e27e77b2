import type { Incarnation } from './container-engine.js';

/** A container of ours as a list shows it: enough to see that something is amiss, not enough to act on. */
export type ListedIncarnation = Pick<Incarnation, 'id' | 'owner' | 'imageRef' | 'state'>;

/** Everything of ours on the engine, as of about one moment. */
export interface FleetInventory {
  /** Names the engine's own store. Another id: another engine, or the same one emptied. */
  readonly engineId: string;
  readonly incarnations: readonly ListedIncarnation[];
  /** What bears a game's name but is not ours (no label, or another instance's). Never touch it. */
  readonly foreign: readonly { readonly id: string; readonly name: string }[];
}

/** Why it may be worth looking. `connected`: changes before this moment may have gone unseen, so look at everything. */
export type FleetHint = { readonly kind: 'connected' } | { readonly kind: 'changed'; readonly gameId: string };

/** All containers of this installation together. */
export interface ContainerFleet {
  /**
   * What there is. One call of the engine, whatever the number of containers.
   * @throws DependencyFault when the engine does not answer: then nothing is known, least of all that there is nothing.
   */
  list(): Promise<FleetInventory>;

  /**
   * Tells of changes to containers of ours until the signal aborts, then returns. Changes are never lost while it goes
   * on, but may be told late, twice or out of order: a hint only, {@link list} is the truth. Calls `onHint` first with
   * `connected`. Goes on over reconnections by itself, from where it was, with `connected` after each.
   * @throws DependencyFault when the engine can't be followed (any more): call again after a while.
   */
  watch(onHint: (hint: FleetHint) => void, signal: AbortSignal): Promise<void>;
}
