import fc from 'fast-check';
import {
  type CallInjection,
  callInjections,
  HORIZON_MS,
  injectionOfSeed,
  type WorldInjection,
  worldInjections,
} from '../injection/injections.js';
import { type PlannedRequest, plannedRequests } from './planned-requests.js';

/** What a job asks for: a start of an image with a certain behaviour, a stop, or an entry that cannot be decoded. */
const JOB_KINDS = [
  'start',
  'start other',
  'start missing',
  'start malformed',
  'start refused',
  'start exiting',
  'start silent',
  'stop',
  'invalid',
  'undecodable',
] as const;

export type JobKind = (typeof JOB_KINDS)[number];

export interface PlannedJob {
  readonly atMs: number;
  readonly game: number;
  readonly what: JobKind;
}

/** Settings of the service, and limits of the servers. */
interface PlannedSettings {
  /** Whether a drift must last for a time before the reconciler acts. */
  readonly hasGrace: boolean;
  /** Whether the resend window is short. */
  readonly resendsShortly: boolean;
  /** How many entries of a stream one read returns, at most. */
  readonly readLimit: number;
  /** Whether named outcomes are published. */
  readonly namesOutcomes: boolean;
  /** How long ended operations are kept; null for ever. */
  readonly historyMs: number | null;
  /** How far behind the cursor the job streams are trimmed; null for never. */
  readonly trimMarginMs: number | null;
  /** Whether published messages are kept shortly. They must not be, unless the resend window is short. */
  readonly keepsPublishedShortly: boolean;
}

/** The plan of one history: its processes, jobs and injections. Together with the seed it decides everything. */
export interface Plan {
  readonly seed: number;
  readonly processes: number;
  readonly settings: PlannedSettings;
  readonly jobs: readonly PlannedJob[];
  readonly requests: readonly PlannedRequest[];
  readonly callInjections: readonly CallInjection[];
  readonly worldInjections: readonly WorldInjection[];
}

const weighted = (weights: Partial<Record<JobKind, number>>): fc.Arbitrary<JobKind> =>
  fc.oneof(...JOB_KINDS.map((kind) => ({ weight: weights[kind] ?? 1, arbitrary: fc.constant(kind) })));

const jobOf = (games: number): fc.Arbitrary<PlannedJob> =>
  fc.record({
    atMs: fc.integer({ min: 0, max: HORIZON_MS }),
    game: fc.nat({ max: games - 1 }),
    what: weighted({ start: 14, 'start other': 4, stop: 12 }),
  });

const settings: fc.Arbitrary<PlannedSettings> = fc.record({
  hasGrace: fc.boolean(),
  resendsShortly: oneIn(8),
  readLimit: fc.constantFrom(1, 2, 500),
  namesOutcomes: fc.boolean(),
  historyMs: fc.constantFrom(null, null, 2000, 5000),
  trimMarginMs: fc.constantFrom(null, null, 200, 2000),
  keepsPublishedShortly: fc.boolean(),
});

/** Jobs and requests of the same games. */
const asked = fc
  .integer({ min: 3, max: 8 })
  .chain((games) => fc.record({ jobs: fc.array(jobOf(games), { minLength: 10, maxLength: 40 }), requests: plannedRequests(games) }));

/** Draws a plan for a seed. */
export const planFor = (seed: number): fc.Arbitrary<Plan> =>
  fc
    .noBias(
      fc.record({
        seed: fc.constant(seed),
        processes: fc.integer({ min: 1, max: 3 }),
        settings,
        asked,
        callInjections,
        worldInjections,
      }),
    )
    .map(({ asked: { jobs, requests }, callInjections, ...plan }) =>
      withNecessities({ ...plan, jobs, requests, callInjections: [...callInjections, ...injectionOfSeed(seed)] }),
    );

// Some calls are made only after something rare. Without these additions hardly anything would be injected into them.
function withNecessities(plan: Plan): Plan {
  const meets = (method: string) => plan.callInjections.some(({ call }) => call.endsWith(method));
  const injection = (what: WorldInjection['what'], atMs: number, ms = 1): WorldInjection => ({ what, atMs, whom: 0, ms });
  const undecodable = (atMs: number): PlannedJob => ({ what: 'undecodable', atMs, game: 0 });
  const drifts = meets('reconcileQueue.queue') || meets('facts.set');
  return {
    ...plan,
    jobs: meets('deadLetters.skipTo') ? [...plan.jobs, undecodable(500), undecodable(HORIZON_MS - 500)] : plan.jobs,
    requests: meets('queue.enqueue') || meets('log.get') ? [...plan.requests, NEEDED] : plan.requests,
    settings: { ...plan.settings, ...necessarySettings(plan) },
    worldInjections: [
      ...plan.worldInjections,
      ...(meets('.skipTo') ? [injection('redis flushed', HORIZON_MS - 2000)] : []),
      ...(meets('holds.set') ? [injection('engine emptied', HORIZON_MS / 2)] : []),
      ...(meets('engine.ping') ? [injection('engine away', 3000, 4000)] : []),
      ...(drifts ? [injection('container dies', HORIZON_MS / 2), injection('container dies', HORIZON_MS - 2000)] : []),
    ],
  };
}

const NEEDED: PlannedRequest = { atMs: 1000, game: 0, what: 'start', source: 'admin', name: 'needed' };

function necessarySettings({ callInjections }: Plan): Partial<PlannedSettings> {
  const meets = (part: string) => callInjections.some(({ call }) => call.includes(part));
  return {
    ...(meets('.skipTo') && { resendsShortly: true }),
    ...(meets('outcomes.') && { namesOutcomes: true }),
    ...(meets('history.') && { historyMs: 2000 }),
    ...(meets('stream.trim') && { trimMarginMs: 200 }),
  };
}

function oneIn(count: number): fc.Arbitrary<boolean> {
  return fc.nat({ max: count - 1 }).map((drawn) => drawn === count - 1);
}

/** The one plan of a seed. */
export function planOf(seed: number): Plan {
  const [plan] = fc.sample(planFor(seed), { seed, numRuns: 1 });
  if (plan === undefined) throw new Error('a sample of one is one');
  return plan;
}
