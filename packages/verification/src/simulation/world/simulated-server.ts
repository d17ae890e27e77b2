import type { Dependency } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';

/** How a server is away: it refuses connections, or does not answer. */
export type Absence = 'refusing' | 'silent';

/** A server and the connections to it. */
export class SimulatedServer {
  readonly name: Dependency;
  /** How often it has lost data. */
  losses = 0;
  #absence: Absence | null = null;
  #connection = 1;
  readonly #watchers = new Set<() => void>();

  constructor(name: Dependency) {
    this.name = name;
  }

  get absence(): Absence | null {
    return this.#absence;
  }

  /** Changes whenever the connections are lost. A call that was under way at that moment gets no answer. */
  get connection(): number {
    return this.#connection;
  }

  leave(absence: Absence): void {
    this.#absence = absence;
    this.loseConnections();
  }

  /** Cuts every connection. New ones are accepted. */
  loseConnections(): void {
    this.#connection += 1;
    for (const lost of [...this.#watchers]) lost();
  }

  /** Calls `lost` whenever the connections are lost. Returns a function that ends that. */
  onLoss(lost: () => void): () => void {
    this.#watchers.add(lost);
    return () => void this.#watchers.delete(lost);
  }

  comeBack(): void {
    this.#absence = null;
  }

  /** A fault as an adapter throws it. */
  fault(effect: DependencyFault['effect'], retryable = true): DependencyFault {
    const message = `${this.name} did not answer`;
    return new DependencyFault({ message, dependency: this.name, effect, retryable });
  }
}
