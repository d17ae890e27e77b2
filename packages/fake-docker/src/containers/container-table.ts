import { ApiRefusal, noSuchContainer } from '../api/api-refusal.js';
import type { FakeContainer } from './fake-container.js';

/** The containers of one fake daemon, by id and by name. */
export class ContainerTable {
  readonly #byId = new Map<string, FakeContainer>();
  readonly #byName = new Map<string, FakeContainer>();

  /** All containers, the oldest first. */
  get all(): readonly FakeContainer[] {
    return [...this.#byId.values()];
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Adds a container. @throws ApiRefusal when its name is taken. */
  add(container: FakeContainer): void {
    const holder = this.#byName.get(container.name);
    if (holder !== undefined) throw nameTaken(container.name, holder.id);
    this.#byId.set(container.id, container);
    this.#byName.set(container.name, container);
  }

  /** Removes a container, so that its name is free. */
  delete({ id, name }: FakeContainer): void {
    this.#byId.delete(id);
    this.#byName.delete(name);
  }

  /** Removes all containers. */
  clear(): void {
    this.#byId.clear();
    this.#byName.clear();
  }

  /** Finds a container by its id, its name or the beginning of its id. @throws ApiRefusal when there is not exactly one. */
  find(target: string): FakeContainer {
    const found = this.peek(target);
    if (found !== null) return found;
    const matches = target === '' ? [] : this.all.filter(({ id }) => id.startsWith(target));
    const [first] = matches;
    if (first === undefined) throw noSuchContainer(target);
    if (matches.length > 1) throw new ApiRefusal(500, `Multiple IDs found with provided prefix: ${target}`);
    return first;
  }

  /** Finds a container by its whole id or its name; null when there is none. */
  peek(target: string): FakeContainer | null {
    return this.#byId.get(target) ?? this.#byName.get(target) ?? null;
  }
}

function nameTaken(name: string, holderId: string): ApiRefusal {
  const advice = 'You have to remove (or rename) that container to be able to reuse that name.';
  return new ApiRefusal(409, `Conflict. The container name "/${name}" is already in use by container "${holderId}". ${advice}`);
}
