import type { ContainerLife } from '../containers/container-life.js';
import type { FakeContainer } from '../containers/fake-container.js';
import { gameOf } from '../containers/fake-container.js';
import type { Overlap } from './overlaps.js';
import { overlapsOf } from './overlaps.js';

/** What happened on one fake daemon, over all its restarts. */
export class FakeDockerAudit {
  readonly #lives = new Map<string, ContainerLife>();
  readonly #calls = new Map<string, number>();

  /** Every container that ever existed, the oldest first. */
  get lives(): readonly ContainerLife[] {
    return [...this.#lives.values()];
  }

  /** Every container that ever ran. */
  get everRan(): readonly ContainerLife[] {
    return this.lives.filter(({ runs }) => runs.length > 0);
  }

  /** The containers that exist now. */
  get left(): readonly ContainerLife[] {
    return this.lives.filter(({ existed }) => existed.to === null);
  }

  /** The number of calls of each endpoint, including those with an injection. */
  get calls(): ReadonlyMap<string, number> {
    return this.#calls;
  }

  /** Every case in which two containers of one game and one instance existed, or ran, at the same time. */
  overlaps(what: 'existed' | 'ran'): readonly Overlap[] {
    return overlapsOf(this.lives, what);
  }

  /** Notes a call. */
  called(endpoint: string): void {
    this.#calls.set(endpoint, (this.#calls.get(endpoint) ?? 0) + 1);
  }

  /** Notes that a container was created. */
  created(container: FakeContainer): void {
    const { id, name, labels, image } = container;
    const label = (key: string) => labels[`galaxy.${key}`] ?? null;
    const owner = { gameId: gameOf(container), instance: label('instance'), opId: label('op_id'), attempt: label('attempt') };
    this.#lives.set(id, { id, name, ...owner, image: image.ref, existed: { from: performance.now(), to: null }, runs: [] });
  }

  /** Notes that it was started. */
  started({ id }: FakeContainer): void {
    this.#lives.get(id)?.runs.push({ from: performance.now(), to: null, exitCode: null });
  }

  /** Notes that it has ended. */
  died({ id }: FakeContainer, exitCode: number): void {
    const run = this.#lives.get(id)?.runs.at(-1);
    if (run !== undefined) Object.assign(run, { to: performance.now(), exitCode });
  }

  /** Notes that it was removed. */
  removed({ id }: FakeContainer): void {
    const life = this.#lives.get(id);
    if (life !== undefined) life.existed.to = performance.now();
  }
}
