import type { Drift } from './find-drift.js';

/** How long a drift has been there. */
export interface SeenDrift {
  /** In how many looks it was seen. */
  readonly looks: number;
  /** The monotonic time of the first of them, or of the last act against it. */
  readonly sinceMs: number;
  /** How often it was acted against and came back. */
  readonly acts: number;
}

/** What one look after the other has seen, so that nothing is ended that was seen only once. */
export interface DriftHistory {
  /** Takes in one look at everything: what it does not show again is forgotten, unless an operation of the game is open. */
  readonly see: (drifts: readonly Drift[], openGames: ReadonlySet<string>, nowMs: number) => void;
  /** How long it has been there, by the last look. */
  readonly of: (drift: Drift) => SeenDrift;
  /** Tells that it is acted against: if it comes back, it must be seen again. */
  readonly acted: (drift: Drift, nowMs: number) => void;
  /** Forgets everything. */
  readonly clear: () => void;
}

const UNSEEN: SeenDrift = { looks: 0, sinceMs: 0, acts: 0 };

/** The same drift: of the same game, with the same containers, and the same to be done about it. */
const keyOf = ({ gameId, verdict, containerId, orphans }: Drift) => JSON.stringify([gameId, verdict, containerId, orphans]);

/** Makes the memory of one process. */
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
    clear() {
      seen.clear();
    },
  };
}
