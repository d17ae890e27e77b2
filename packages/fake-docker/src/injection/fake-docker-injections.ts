import type { FakeContainer } from '../containers/fake-container.js';
import { gameOf } from '../containers/fake-container.js';
import type { ListInjection } from '../containers/listed-containers.js';
import type { FakeEvent } from '../events/event-log.js';
import type { CallInjectionHandle, CallInjectionRule } from './call-injections.js';
import { CallInjections } from './call-injections.js';
import type { EventInjectionShares } from './event-injections.js';
import { EventInjections } from './event-injections.js';

/** Undoes what was set. */
export type Undo = () => void;

/** What goes wrong on a fake daemon. Everything is off until it is set, and stays over restarts until it is undone. */
export class FakeDockerInjections {
  /** While true, nothing can be created or pulled: no space is left. */
  diskFull = false;
  /** What a list is like for a while after each restart. */
  listAfterRestart: ListInjection | null = null;
  /** For the server: what befalls calls. */
  readonly calls: CallInjections;
  /** For the event log: what befalls events. */
  readonly shaping: EventInjections;
  readonly #hung = new Map<string, Hold>();
  readonly #killMs = new Map<string, number>();
  readonly #removeMs = new Map<string, number>();

  constructor(seed: number, tell: (event: FakeEvent) => void) {
    this.calls = new CallInjections(seed);
    this.shaping = new EventInjections(seed, tell);
  }

  /** Makes a fault befall calls, see {@link CallInjectionRule}. */
  onCall(rule: CallInjectionRule): CallInjectionHandle {
    return this.calls.add(rule);
  }

  /** Makes faults befall events, see {@link EventInjectionShares}. */
  onEvents(shares: EventInjectionShares): void {
    this.shaping.set(shares);
  }

  /**
   * Calls about this container (a game id, a name or an id) are never answered, while lists and all other containers are
   * well. When it is undone, what was held is carried out.
   */
  hang(who: string): Undo {
    const hold = this.#hung.get(who) ?? new Hold();
    this.#hung.set(who, hold);
    return () => {
      this.#hung.delete(who);
      hold.release();
    };
  }

  /** SIGKILL takes so long to end this container (a game id, a name or an id), as with a process that waits for a disk. */
  slowKill(who: string, ms: number): Undo {
    this.#killMs.set(who, ms);
    return () => this.#killMs.delete(who);
  }

  /** Removing this container (a game id, a name or an id) takes so long once it has ended. */
  slowRemoval(who: string, ms: number): Undo {
    this.#removeMs.set(who, ms);
    return () => this.#removeMs.delete(who);
  }

  /** Undoes everything. */
  clear(): void {
    this.diskFull = false;
    this.listAfterRestart = null;
    this.calls.clear();
    this.shaping.set({});
    for (const hold of this.#hung.values()) hold.release();
    for (const set of [this.#hung, this.#killMs, this.#removeMs]) set.clear();
  }

  /** Whether calls about the container are held. */
  isHung(container: FakeContainer): boolean {
    return this.#hung.size > 0 && namesOf(container).some((who) => this.#hung.has(who));
  }

  /** Settles when they are not, any more. */
  async untilUnhung(container: FakeContainer): Promise<void> {
    for (const who of namesOf(container)) await this.#hung.get(who)?.over;
  }

  /** Milliseconds that SIGKILL takes. */
  killMs(container: FakeContainer): number {
    return longest(this.#killMs, container);
  }

  /** Milliseconds that a removal takes. */
  removeMs(container: FakeContainer): number {
    return longest(this.#removeMs, container);
  }
}

class Hold {
  readonly over: Promise<void>;
  release = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.release = resolve;
    });
  }
}

function longest(times: ReadonlyMap<string, number>, container: FakeContainer): number {
  return times.size === 0 ? 0 : Math.max(0, ...namesOf(container).map((who) => times.get(who) ?? 0));
}

function namesOf(container: FakeContainer): readonly string[] {
  const gameId = gameOf(container);
  return gameId === null ? [container.id, container.name] : [container.id, container.name, gameId];
}
