import type { Drift } from './find-drift.js';

/** How long a drift has been there. */
export interface SeenDrift {
  /** In how many consecutive passes it was seen. */
  readonly looks: number;
  /** The monotonic time of the first of these passes, or of the last act on the drift. */
  readonly sinceMs: number;
  /** How often the drift was acted on and was still there afterwards. */
  readonly acts: number;
}

/** Remembers the drifts of earlier passes, so that no destructive act follows from a drift that was seen only once. */
export interface DriftHistory {
  /** Adds the drifts of one pass. A drift that is not among them is forgotten, unless an operation of its game is open. */
  readonly see: (drifts: readonly Drift[], openGames: ReadonlySet<string>, nowMs: number) => void;
  /** How long the drift has been there, as of the last pass. */
  readonly of: (drift: Drift) => SeenDrift;
  /** Records an act on the drift: before the next act it must be seen twice again. */
  readonly acted: (drift: Drift, nowMs: number) => void;
  /** The games with a drift that is remembered. */
  readonly games: () => readonly string[];
  /** Forgets everything. */
  readonly clear: () => void;
}

const UNSEEN: SeenDrift = { looks: 0, sinceMs: 0, acts: 0 };

/** Two drifts are the same when game, verdict and containers are the same. */
const keyOf = ({ gameId, verdict, containerId, orphans }: Drift) => JSON.stringify([gameId, verdict, containerId, orphans]);

/** Makes an empty history. It lives in memory: after a crash every drift must be seen twice again. */
export function makeDriftHistory(): DriftHistory {
  let seen = new Map<string, SeenDrift & { readonly gameId: string }>();
  const of = (drift: Drift): SeenDrift => seen.get(keyOf(drift)) ?? UNSEEN;
  return {
    see(drifts, openGames, nowMs) {
      const kept = [...seen].filter(([, { gameId }]) => openGames.has(gameId)).map(([key, one]) => [key, { ...one, looks: 0 }] as const);
      const found = drifts.map((drift) => {
        const { looks, sinceMs, acts } = of(drift);
        const again = looks === 0 ? { looks: 1, sinceMs: nowMs } : { looks: looks + 1, sinceMs };
        return [keyOf(drift), { ...again, acts, gameId: drift.gameId }] as const;
      });
      seen = new Map([...kept, ...found]);
    },
    of,
    acted(drift, nowMs) {
      seen.set(keyOf(drift), { gameId: drift.gameId, looks: 0, sinceMs: nowMs, acts: of(drift).acts + 1 });
    },
    games: () => [...seen.values()].map(({ gameId }) => gameId),
    clear() {
      seen.clear();
    },
  };
}
