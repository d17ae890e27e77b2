import type { FakeDockerEngine } from '@galaxy/testkit';
import type { Departed } from './meddling-notes.js';

/** Every container of a fake engine that is no more. */
export function departedOf({ audit }: FakeDockerEngine): readonly Departed[] {
  return audit.lives.flatMap(({ id, existed: { to } }) => (to === null ? [] : [{ id, at: Math.floor(performance.timeOrigin + to) }]));
}

/** Every time that a game had two containers on a fake engine, in words. */
export function overlapsOn({ audit }: FakeDockerEngine): readonly string[] {
  return (['existed', 'ran'] as const).flatMap((what) =>
    audit.overlaps(what).map((overlap) => `two containers at once: ${JSON.stringify(overlap)}`),
  );
}
