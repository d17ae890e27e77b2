import type { IncarnationState } from '@galaxy/manager-ports';
import type { World } from '../world/world.js';

/** One container of this installation, from its creation on. */
export interface ContainerLife {
  readonly id: string;
  readonly game: string;
  readonly imageRef: string;
  state: IncarnationState | 'gone';
  sinceMs: number;
  everRan: boolean;
  /** Whether it was not running when it was removed. */
  wasEnded: boolean;
}

/** Every container that this installation ever had, by id. */
export type Containers = ReadonlyMap<string, ContainerLife>;

/** Follows every container of this installation. A game must never have two. */
export function watchContainers(world: World): Containers {
  const lives = new Map<string, ContainerLife>();
  const change = (life: ContainerLife, state: ContainerLife['state']): void => {
    if (life.state === state) return;
    world.say(`container ${life.id.slice(0, 12)} of ${life.game} is ${state}`);
    life.wasEnded = state === 'gone' && life.state !== 'running';
    life.state = state;
    life.sinceMs = world.time.ms;
    life.everRan ||= state === 'running';
  };
  world.engine.onChange((hint) => {
    if (hint.kind !== 'changed') return;
    const present = world.engine.inventory.incarnations.filter(({ owner }) => owner.gameId === hint.gameId);
    if (present.length > 1) world.violate(`${hint.gameId} has ${present.length} containers`);
    for (const { id, imageRef, state } of present) {
      const life = lives.get(id) ?? { id, game: hint.gameId, imageRef, state: 'gone', sinceMs: 0, everRan: false, wasEnded: false };
      lives.set(id, life);
      change(life, state);
    }
    const ids = new Set(present.map(({ id }) => id));
    for (const life of lives.values()) if (life.game === hint.gameId && !ids.has(life.id)) change(life, 'gone');
  });
  return lives;
}
