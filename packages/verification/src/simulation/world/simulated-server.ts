import type { Dependency } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';

/** How a server is away: it refuses connections, or answers nothing. */
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

  /** Another number after every loss of connections: whatever was under way then is not answered. */
  get connection(): number {
    return this.#connection;
  }

  leave(absence: Absence): void {
    this.#absence = absence;
    this.loseConnections();
  }

  /** Cuts every connection, and takes new ones. */
  loseConnections(): void {
    this.#connection += 1;
    for (const lost of [...this.#watchers]) lost();
  }

  /** Calls `lost` when the connections are lost; returns what ends that. */
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
