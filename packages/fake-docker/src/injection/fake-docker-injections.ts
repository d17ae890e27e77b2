import type { FakeContainer } from '../containers/fake-container.js';
import { gameOf } from '../containers/fake-container.js';
import type { ListInjection } from '../containers/listed-containers.js';
import type { FakeEvent } from '../events/event-log.js';
import type { CallInjectionHandle, CallInjectionRule } from './call-injections.js';
import { CallInjections } from './call-injections.js';
import type { EventInjectionShares } from './event-injections.js';
import { EventInjections } from './event-injections.js';

/** Undoes an injection. */
export type Undo = () => void;

/** Injections into a fake daemon. There are none until a test sets them. They stay over restarts until they are undone. */
export class FakeDockerInjections {
  /** While true, no space is left: nothing can be created or pulled. */
  diskFull = false;
  /** What is wrong with lists for a while after each restart; null for nothing. */
  listAfterRestart: ListInjection | null = null;
  /** Used by the server. Tests use {@link onCall}. */
  readonly calls: CallInjections;
  /** Used by the event log. Tests use {@link onEvents}. */
  readonly shaping: EventInjections;
  readonly #hung = new Map<string, Hold>();
  readonly #killMs = new Map<string, number>();
  readonly #removeMs = new Map<string, number>();

  constructor(seed: number, tell: (event: FakeEvent) => void) {
    this.calls = new CallInjections(seed);
    this.shaping = new EventInjections(seed, tell);
  }

  /** Makes an injection into the calls that match. */
  onCall(rule: CallInjectionRule): CallInjectionHandle {
    return this.calls.add(rule);
  }

  /** Makes injections into a share of the events from now on. */
  onEvents(shares: EventInjectionShares): void {
    this.shaping.set(shares);
  }

  /**
   * Calls about this container (given by game id, name or id) are never answered, while lists and all other containers work. When
   * it is undone, the calls that waited are carried out.
   */
  hang(who: string): Undo {
    const hold = this.#hung.get(who) ?? new Hold();
    this.#hung.set(who, hold);
    return () => {
      this.#hung.delete(who);
      hold.release();
    };
  }

  /** SIGKILL takes `ms` to end this container (given by game id, name or id), like a process that waits for a disk. */
  slowKill(who: string, ms: number): Undo {
    this.#killMs.set(who, ms);
    return () => this.#killMs.delete(who);
  }

  /** Removing this container (given by game id, name or id) takes `ms` once it has ended. */
  slowRemoval(who: string, ms: number): Undo {
    this.#removeMs.set(who, ms);
    return () => this.#removeMs.delete(who);
  }

  /** Undoes all injections. */
  clear(): void {
    this.diskFull = false;
    this.listAfterRestart = null;
    this.calls.clear();
    this.shaping.set({});
    for (const hold of this.#hung.values()) hold.release();
    for (const set of [this.#hung, this.#killMs, this.#removeMs]) set.clear();
  }

  /** Whether calls about the container wait because of {@link hang}. */
  isHung(container: FakeContainer): boolean {
    return this.#hung.size > 0 && namesOf(container).some((who) => this.#hung.has(who));
  }

  /** Resolves when they need not wait any more. */
  async untilUnhung(container: FakeContainer): Promise<void> {
    for (const who of namesOf(container)) await this.#hung.get(who)?.over;
  }

  /** How many milliseconds SIGKILL takes. */
  killMs(container: FakeContainer): number {
    return longest(this.#killMs, container);
  }

  /** How many milliseconds a removal takes. */
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
