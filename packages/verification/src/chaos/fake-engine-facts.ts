import type { FakeDockerEngine } from '@galaxy/fake-docker';
import type { Departed } from '../harness/container-watch.js';

/** Every container of a fake engine that was removed. */
export function departedOf({ audit }: FakeDockerEngine): readonly Departed[] {
  return audit.lives.flatMap(({ id, existed: { to } }) => {
    const at = Math.floor(performance.timeOrigin + (to ?? 0));
    return to === null ? [] : [{ id, after: at, before: at }];
  });
}

/** Every case in which a game had two containers on a fake engine, in words. */
export function overlapsOn({ audit }: FakeDockerEngine): readonly string[] {
  return (['existed', 'ran'] as const).flatMap((what) =>
    audit.overlaps(what).map((overlap) => `two containers at once: ${JSON.stringify(overlap)}`),
  );
}

/** Every container that ever ran on a fake engine. */
export function everRan({ audit }: FakeDockerEngine): ReadonlySet<string> {
  return new Set(audit.everRan.map(({ id }) => id));
}
