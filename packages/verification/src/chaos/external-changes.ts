import type { Departed } from '../harness/container-watch.js';
import type { ChangesUntil, ExternalChanges } from '../harness/reference-model.js';

/** When one job was published and when its result was, in milliseconds since 1970. */
export interface JobTimes {
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** A time from one moment to another, in milliseconds since 1970. */
export interface Lapse {
  readonly from: number;
  readonly to: number;
}

/** Notes every external change, so that results may show these changes and no others. */
export interface ExternalChangeNotes {
  /** A running container of this game is about to be ended. */
  died(id: string, lane: string | null): void;
  /** A container of this game is about to be removed. */
  removed(id: string, lane: string | null): void;
  /** Starts of this game (null: of any game) that were under way in this time may have failed. */
  failing(lane: string | null, lapse: Lapse): void;
  /** Calls of the service may have been carried out late, within this time. */
  late(lapse: Lapse): void;
  /** The changes that the results of one game may show. */
  of(lane: string, times: readonly JobTimes[]): ChangesUntil;
}

/**
 * Starts without any change. `departed` returns every container that was removed, by the test or by the service: a removal that
 * was noted need not have happened.
 */
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
