import fc from 'fast-check';
import { CALLS, type CallName } from './calls.js';

/**
 * What is injected into a call. `before`: it fails and has no effect. `lost`: it has its effect, and the reply is lost. `late`: the
 * caller gets no answer, and the effect comes later. `hang`: the answer takes long. `refused`: the server refuses for good. The
 * others kill or freeze the process that makes the call.
 */
const CALL_INJECTIONS = ['before', 'lost', 'late', 'hang', 'refused', 'kill before', 'kill after', 'freeze'] as const;

export type CallInjectionKind = (typeof CALL_INJECTIONS)[number];

/** After `atMs`, the first `skip` calls of this name go well; then something is injected into the next `times` calls. */
export interface CallInjection {
  readonly atMs: number;
  readonly call: CallName;
  readonly skip: number;
  readonly times: number;
  readonly what: CallInjectionKind;
  readonly ms: number;
}

/** What is injected into processes, servers, streams, containers and hints, independent of calls. */
export const WORLD_INJECTIONS = [
  'process killed',
  'process frozen',
  'process shut down',
  'requester killed',
  'postgres away',
  'postgres silent',
  'rows of a game held',
  'redis away',
  'redis silent',
  'redis full',
  'redis flushed',
  'redis fails over',
  'redis set back',
  'job stream trimmed',
  'engine away',
  'engine silent',
  'engine restarts, containers alive',
  'engine restarts, containers killed',
  'engine emptied',
  'container dies',
  'container removed by hand',
  'foreign container',
  'one list lies',
  'hints lost',
  'hints doubled',
  'hints late',
] as const;

export type WorldInjectionKind = (typeof WORLD_INJECTIONS)[number];

/** An injection at a moment. `whom` chooses the process, the game or the stream; `ms` is how long it lasts. */
export interface WorldInjection {
  readonly atMs: number;
  readonly what: WorldInjectionKind;
  readonly whom: number;
  readonly ms: number;
}

/** All jobs are published and all injections begin within this time. */
export const HORIZON_MS = 10_000;

const moment = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 6, arbitrary: fc.integer({ min: 0, max: HORIZON_MS }) });

const short = fc.integer({ min: 1, max: 200 });
const long = fc.integer({ min: 200, max: 7000 });
/** Longer than a claim or the lease lives. */
const veryLong = fc.integer({ min: 5200, max: 9000 });

const CALL_WEIGHTS: Readonly<Record<CallInjectionKind, number>> = {
  before: 3,
  lost: 3,
  late: 3,
  hang: 2,
  refused: 1,
  'kill before': 1,
  'kill after': 1,
  freeze: 2,
};

const callKind = fc.oneof(...CALL_INJECTIONS.map((what) => ({ weight: CALL_WEIGHTS[what], arbitrary: fc.constant(what) })));

/** Calls that are rare. Most of them are made when a process becomes leader. */
const RARE: readonly CallName[] = [
  'journal.cursors',
  'journal.moveCursor',
  'journal.releaseClaim',
  'outbox.lane',
  'outbox.lately',
  'outbox.takeBack',
  'outbox.prune',
  'outbox.forgettable',
  'leases.release',
  'reconcileQueue.lookAt',
  'reconcileQueue.queue',
  'holds.set',
  'facts.set',
  'stream.shapes',
  'offsets.load',
  'results.held',
  'results.adoptEpoch',
  'results.skipTo',
  'results.walk',
  'deadLetters.publish',
  'deadLetters.held',
  'deadLetters.adoptEpoch',
  'deadLetters.skipTo',
  'deadLetters.walk',
  'outcomes.publish',
  'outcomes.state',
  'outcomes.held',
  'outcomes.adoptEpoch',
  'outcomes.skipTo',
  'outcomes.walk',
  'history.pruneOperations',
  'history.pruneRecords',
  'stream.trim',
  'queue.enqueue',
  'engine.kill',
  'engine.ping',
  'engineClient.health',
  'fleet.watch',
];

/** Injections into these calls are more frequent, because they change containers. */
const ON_CONTAINERS = CALLS.filter((name) => name.startsWith('engine.'));

const callInjection = (calls: readonly CallName[], skip: fc.Arbitrary<number>): fc.Arbitrary<CallInjection> =>
  callKind.chain((what) =>
    fc.record<CallInjection>({
      atMs: moment,
      call: fc.constantFrom(...calls),
      skip,
      times: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 6 }) }),
      what: fc.constant(what),
      ms: what === 'freeze' ? fc.oneof(veryLong, long) : fc.oneof(short, long),
    }),
  );

const some = fc.integer({ min: 0, max: 3 });
const call = fc.oneof(
  { weight: 10, arbitrary: callInjection(CALLS, some) },
  { weight: 10, arbitrary: callInjection(ON_CONTAINERS, some) },
  { weight: 10, arbitrary: callInjection(RARE, fc.constant(0)) },
  // The rarest of all.
  { weight: 1, arbitrary: callInjection(['engine.kill'], fc.constant(0)) },
);

const injection: fc.Arbitrary<WorldInjection> = fc.constantFrom(...WORLD_INJECTIONS).chain((what) =>
  fc.record<WorldInjection>({
    atMs: moment,
    what: fc.constant(what),
    whom: fc.nat({ max: 1000 }),
    ms: what === 'process frozen' ? fc.oneof(veryLong, long) : fc.oneof(short, long),
  }),
);

/** Any injections into calls. For some rare calls, others are added without which the call would not be made. */
export const callInjections: fc.Arbitrary<readonly CallInjection[]> = fc
  .array(
    call.map((one) => [...necessity(one), one]),
    { maxLength: 12 },
  )
  .map((groups) => groups.flat());

/** The injection of one seed. Each of these three kinds into each call comes with one of so many seeds in a row, so none is left out. */
export function injectionOfSeed(seed: number): readonly CallInjection[] {
  const at = seed % (3 * CALLS.length);
  const [name, what] = [CALLS[at % CALLS.length], CALL_INJECTIONS[Math.floor(at / CALLS.length)]];
  if (name === undefined || what === undefined) return [];
  // Only the first turn of the reconciler sets a fact for sure.
  const atMs = name === 'facts.set' ? 0 : (seed * 997) % (HORIZON_MS / 2);
  const one: CallInjection = { atMs, call: name, skip: 0, times: 1, what, ms: 500 };
  return [...necessity(one), one];
}

export const worldInjections: fc.Arbitrary<readonly WorldInjection[]> = fc.array(injection, { maxLength: 6 });

const NECESSITIES: Partial<Record<CallName, Pick<CallInjection, 'call' | 'times' | 'what'>>> = {
  // The manager calls `kill` only after a stop that had no effect.
  'engine.kill': { call: 'engine.stop', times: 1, what: 'before' },
  // It reads a lane only after one of its messages was not published at once.
  'outbox.lane': { call: 'results.publish', times: 1, what: 'before' },
  // It releases the lease only when it stops leading, for example after a failed renewal.
  'leases.release': { call: 'leases.acquire', times: 6, what: 'before' },
};

function necessity({ atMs, call: name }: CallInjection): CallInjection[] {
  const needed = NECESSITIES[name];
  return needed === undefined ? [] : [{ ...needed, atMs, skip: 0, ms: 1 }];
}
