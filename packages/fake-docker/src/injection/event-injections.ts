import { draw, Turns } from '../draw.js';
import type { EventFilter, FakeEvent } from '../events/event-log.js';

/** The share of events that get each injection, from 0 to 1, drawn by the seed. */
export interface EventInjectionShares {
  /** The event is neither sent nor stored, like an event that containerd loses. */
  readonly lose?: number;
  /** The event is sent twice. */
  readonly duplicate?: number;
  /** The event is sent after the one that follows it, or after 100 ms when none follows. */
  readonly reorder?: number;
}

const HELD_MS = 100;

/** The injections into events. */
export class EventInjections {
  readonly #seed: number;
  readonly #tell: (event: FakeEvent) => void;
  readonly #turns = new Turns();
  #shares: EventInjectionShares = {};
  #held: { readonly event: FakeEvent; readonly timer: NodeJS.Timeout } | null = null;

  /** @param tell logs an event that was delayed and that no other event followed. */
  constructor(seed: number, tell: (event: FakeEvent) => void) {
    this.#seed = seed;
    this.#tell = tell;
  }

  /** Sets the shares for all events from now on. */
  set(shares: EventInjectionShares): void {
    this.#shares = shares;
  }

  /** Drops an event that is delayed, as the end of the daemon does. */
  forget(): void {
    this.#takeHeld();
  }

  /** The {@link EventFilter} that makes the injections. */
  readonly shape: EventFilter = (event) => {
    const { lose = 0, duplicate = 0, reorder = 0 } = this.#shares;
    const earlier = this.#takeHeld();
    if (this.#isDrawn('lose', lose, event)) return earlier;
    if (this.#isDrawn('reorder', reorder, event)) {
      this.#hold(event);
      return earlier;
    }
    return [event, ...(this.#isDrawn('duplicate', duplicate, event) ? [event] : []), ...earlier];
  };

  #isDrawn(what: string, share: number, { action, attributes, id }: FakeEvent): boolean {
    if (share <= 0) return false;
    const key = `${what}/${action}/${attributes['galaxy.game_id'] ?? attributes['name'] ?? id}`;
    return draw(this.#seed, key, this.#turns.next(key)) < share;
  }

  #takeHeld(): readonly FakeEvent[] {
    if (this.#held === null) return [];
    const { event, timer } = this.#held;
    clearTimeout(timer);
    this.#held = null;
    return [event];
  }

  #hold(event: FakeEvent): void {
    const timer = setTimeout(() => {
      for (const late of this.#takeHeld()) this.#tell(late);
    }, HELD_MS);
    this.#held = { event, timer };
  }
}
