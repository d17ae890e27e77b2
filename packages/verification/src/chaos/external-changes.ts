import type { Departed } from '../harness/container-watch.js';
import type { ChangesUntil, ExternalChanges } from '../harness/reference-model.js';

/** When one job of a game was asked for and answered, in milliseconds since 1970. */
export interface JobTimes {
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** Something that lasted, in milliseconds since 1970. */
export interface Lapse {
  readonly from: number;
  readonly to: number;
}

/** Keeps account of everything that was done to containers from outside, so that results may tell of that and of no more. */
export interface ExternalChangeNotes {
  /** A game's running container is about to be ended. */
  died(id: string, lane: string | null): void;
  /** A game's container is about to be removed. */
  removed(id: string, lane: string | null): void;
  /** Starts of a game (null: of any) that were under way in this time may have failed by it. */
  failing(lane: string | null, lapse: Lapse): void;
  /** Calls that were asked for may have been carried out as late as in this time. */
  late(lapse: Lapse): void;
  /** What bears on the results of one game. */
  of(lane: string, times: readonly JobTimes[]): ChangesUntil;
}

/** Starts an account. `departed` tells of every container that is no more, whoever removed it: what was asked for need not have happened. */
export function noteExternalChanges(departed: () => readonly Departed[]): ExternalChangeNotes {
  const died = new Map<string, number>();
  const removed = new Set<string>();
  const failures: (Lapse & { readonly lane: string | null })[] = [];
  const lateness: Lapse[] = [];
  const now = (lane: string | null): void => {
    const at = Date.now();
    if (lane !== null) failures.push({ lane, from: at, to: at });
  };
  return {
    died: (id, lane) => {
      died.set(id, Date.now());
      now(lane);
    },
    removed: (id, lane) => {
      removed.add(id);
      now(lane);
    },
    failing: (lane, lapse) => void failures.push({ lane, ...lapse }),
    late: (lapse) => void lateness.push(lapse),
    of: (lane, times) => {
      const own = failures.filter((failure) => failure.lane === null || failure.lane === lane);
      const all = departed();
      const gone = all.filter(({ id }) => removed.has(id));
      const goneLate = all.filter((one) => lateness.some((lapse) => lapse.from <= one.before && one.after <= lapse.to));
      const dead = [...[...died].map(([id, at]) => ({ id, after: at })), ...gone];
      return (n): ExternalChanges => {
        const { askedAt, answeredAt } = times[n] ?? { askedAt: 0, answeredAt: Number.POSITIVE_INFINITY };
        return {
          died: upTo(answeredAt, dead),
          gone: upTo(answeredAt, gone),
          goneLate: upTo(answeredAt, goneLate),
          failing: own.some(({ from, to }) => from <= answeredAt && askedAt <= to),
        };
      };
    },
  };
}

function upTo(time: number, events: readonly Omit<Departed, 'before'>[]): ReadonlySet<string> {
  return new Set(events.filter(({ after }) => after <= time).map(({ id }) => id));
}
