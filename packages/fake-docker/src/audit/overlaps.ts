import type { ContainerLife, Span } from '../containers/container-life.js';

/** Two containers of one game at the same time. */
export interface Overlap {
  readonly gameId: string;
  readonly instance: string | null;
  readonly what: 'existed' | 'ran';
  /** The earlier one's id first. */
  readonly ids: readonly [string, string];
  readonly from: number;
  /** Null while it lasts. */
  readonly to: number | null;
}

interface Stay {
  readonly id: string;
  readonly span: Span;
}

/** Every pair of containers of one game and one instance that existed, or ran, at the same time. */
export function overlapsOf(lives: readonly ContainerLife[], what: Overlap['what']): readonly Overlap[] {
  const found: Overlap[] = [];
  for (const [{ gameId, instance }, stays] of staysByGame(lives, what))
    for (const [first, second] of pairs(stays)) {
      const [from, to] = [second.span.from, earlier(first.span.to, second.span.to)];
      found.push({ gameId, instance, what, ids: [first.id, second.id], from, to });
    }
  return found;
}

function staysByGame(lives: readonly ContainerLife[], what: Overlap['what']) {
  const groups = new Map<string, readonly [{ gameId: string; instance: string | null }, Stay[]]>();
  for (const { id, gameId, instance, existed, runs } of lives) {
    if (gameId === null) continue;
    const key = JSON.stringify([gameId, instance]);
    const group = groups.get(key) ?? ([{ gameId, instance }, [] as Stay[]] as const);
    groups.set(key, group);
    group[1].push(...(what === 'existed' ? [existed] : runs).map((span) => ({ id, span })));
  }
  return groups.values();
}

// In the order in which they begin. A stay can overlap only with those that have not ended before it begins.
function* pairs(stays: readonly Stay[]): Generator<readonly [Stay, Stay]> {
  let open: Stay[] = [];
  for (const stay of stays.toSorted((a, b) => a.span.from - b.span.from)) {
    open = open.filter(({ span }) => span.to === null || span.to > stay.span.from);
    for (const earlierOne of open) if (earlierOne.id !== stay.id) yield [earlierOne, stay];
    open.push(stay);
  }
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
