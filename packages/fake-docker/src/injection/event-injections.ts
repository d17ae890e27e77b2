import { draw, Turns } from '../draw.js';
import type { EventFilter, FakeEvent } from '../events/event-log.js';

/** The shares of events, from 0 to 1, that something befalls; drawn by the seed. */
export interface EventInjectionShares {
  /** Neither told nor kept, as those that containerd loses. */
  readonly lose?: number;
  /** Told twice. */
  readonly duplicate?: number;
  /** Told after the one that follows it, or after 100 ms when none does. */
  readonly reorder?: number;
}

const HELD_MS = 100;

/** What befalls events on their way. */
export class EventInjections {
  readonly #seed: number;
  readonly #tell: (event: FakeEvent) => void;
  readonly #turns = new Turns();
  #shares: EventInjectionShares = {};
  #held: { readonly event: FakeEvent; readonly timer: NodeJS.Timeout } | null = null;

  /** @param tell tells an event that was held back and that no other one followed. */
  constructor(seed: number, tell: (event: FakeEvent) => void) {
    this.#seed = seed;
    this.#tell = tell;
  }

  /** Sets what befalls events from now on. */
  set(shares: EventInjectionShares): void {
    this.#shares = shares;
  }

  /** Drops what is held back, as the end of the daemon does. */
  forget(): void {
    this.#takeHeld();
  }

  /** As {@link EventFilter}. */
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
