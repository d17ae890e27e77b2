import type { FakeContainer } from '../containers/fake-container.js';
import type { FakeNetwork } from '../networks/network-table.js';

/** One event of a fake daemon. */
export interface FakeEvent {
  readonly type: 'container' | 'network' | 'image';
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly timeNano: bigint;
}

type NewEvent = Omit<FakeEvent, 'timeNano'>;

/** Returns the events that are logged instead of one event: usually that event itself. */
export type EventFilter = (event: FakeEvent) => readonly FakeEvent[];

// The same number as in the real daemon (eventsLimit in moby's daemon/events).
const KEPT = 256;

/** The events of one fake daemon: the last 256, and the listeners. */
export class EventLog {
  readonly #shape: EventFilter;
  readonly #listeners = new Set<(event: FakeEvent) => void>();
  #kept: FakeEvent[] = [];
  #held: FakeEvent[] | null = null;
  #open = true;
  #last = 0n;

  constructor(shape: EventFilter) {
    this.#shape = shape;
  }

  /** The stored events, the oldest first. */
  get kept(): readonly FakeEvent[] {
    return this.#kept;
  }

  /** Logs an event of a container. */
  container(action: string, { id, image, name, labels, body }: FakeContainer, more: Readonly<Record<string, string>> = {}): void {
    this.#add({ type: 'container', action, id, attributes: { ...labels, ...more, image: body.Image ?? image.ref, name } });
  }

  /** Logs an event of a network, or of a container on it. */
  network(action: string, { id, name, driver }: FakeNetwork, container?: FakeContainer): void {
    const who = container === undefined ? {} : { container: container.id };
    this.#add({ type: 'network', action, id, attributes: { ...who, name, type: driver } });
  }

  /** Logs an event of an image. */
  image(action: string, ref: string): void {
    this.#add({ type: 'image', action, id: ref, attributes: { name: ref } });
  }

  /** Adds a listener. Returns a function that removes it. */
  listen(listener: (event: FakeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The daemon has ended: listeners and stored events are lost, and nothing is logged any more. */
  close(): void {
    this.#open = false;
    this.#kept = [];
    this.#held = null;
    this.#listeners.clear();
  }

  /** The daemon is running again. */
  reopen(): void {
    this.#open = true;
  }

  /** The daemon is frozen: events are logged when it goes on. */
  hold(): void {
    this.#held ??= [];
  }

  /** The daemon goes on. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) this.#publish(event);
  }

  /** Logs an event without the filter, and passes it to the listeners. */
  tell(event: FakeEvent): void {
    if (!this.#open) return;
    if (this.#held !== null) return void this.#held.push(event);
    this.#publish(event);
  }

  #add(event: NewEvent): void {
    if (!this.#open) return;
    for (const shaped of this.#shape({ ...event, timeNano: this.#now() })) this.tell(shaped);
  }

  #publish(event: FakeEvent): void {
    this.#kept.push(event);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of this.#listeners) listener(event);
  }

  // No two events have the same time.
  #now(): bigint {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last;
  }
}
