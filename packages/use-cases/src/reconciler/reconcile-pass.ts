import type { Clock, ContainerFleet, FleetInventory, Holds, Ids, LeaseGrant, Observer, ReconcileQueue, Settings } from '@galaxy/ports';
import type { Wakeup } from '../lib/wakeup.js';
import { type DecidedDrift, decideActs } from './decide-acts.js';
import { type Drift, endsSomething, jobOf } from './find-drift.js';
import { applyJudgement, judgeLook, type KeptBack, keptBackBy, readStanding } from './guard-mass-change.js';
import { type FleetSight, type LookDeps, lookAtAll, lookAtSome, partSilent, thatAnswer } from './look-at-fleet.js';
import { makeReconcileReports, type ReconcileReport } from './reconcile-reports.js';
import { makeSightings, type Sightings } from './sightings.js';

/** What compares records and containers. */
export interface PassDeps extends LookDeps {
  readonly fleet: Pick<ContainerFleet, 'list'>;
  readonly queue: ReconcileQueue;
  readonly holds: Holds;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly observer: Observer;
  /** Woken when something was queued. */
  readonly work: Wakeup;
  /** What ends something must have been seen for so long. */
  readonly graceMs: number;
  /** At most this many acts that end something per pass. */
  readonly maxActs: number;
  /** Only tell what would be done. */
  readonly dryRun: boolean;
}

/** Compares records and containers, and queues what is to be done where they do not agree. */
export interface Passes {
  /** One look at everything. */
  readonly pass: (lease: LeaseGrant) => Promise<ReconcileReport>;
  /** An early look at single games: what ends nothing is queued, the rest is left to the next pass. */
  readonly lookAt: (lease: LeaseGrant, gameIds: readonly string[]) => Promise<readonly DecidedDrift[]>;
  /** Asks the engines that the looks since the last call knew not to answer, and queues what puts those right that do again. */
  readonly askSilent: (lease: LeaseGrant, signal?: AbortSignal) => Promise<readonly DecidedDrift[]>;
  /** What a pass finds; changes nothing and remembers nothing. */
  readonly report: () => Promise<ReconcileReport>;
}

/** Makes the passes of one process, which remember what the last ones saw. */
export function makePasses(deps: PassDeps): Passes {
  const { clock } = deps;
  const sightings = makeSightings();
  const reports = makeReconcileReports(deps.observer);
  const listed = makeList(deps, sightings);
  const act = makeAct(deps, sightings);
  let toAsk = new Map<string, Drift>();
  const decide = (drifts: readonly Drift[], held: KeptBack, nowMs: number): DecidedDrift[] =>
    deps.dryRun ? dryRun(drifts) : decideActs(drifts, sightings.of, { ...deps, nowMs, held });
  const actAtOnce = async (lease: LeaseGrant, drifts: readonly Drift[]): Promise<DecidedDrift[]> => {
    if (drifts.length === 0) return [];
    const held = keptBackBy((await readStanding(deps)).holds);
    return act(lease, decide(drifts, held, clock.monotonicMs()));
  };

  return {
    pass: async (lease) => {
      const begunAtMs = clock.monotonicMs();
      const sight = await lookAtAll(await listed(lease), deps);
      const { silent, others } = partSilent(sight.drifts);
      // From the end of one look to the beginning of the next, so that looks that took long are no nearer to each other.
      sightings.see(others, openGames(sight), clock.monotonicMs());
      const held = await guard(lease, { sight, drifts: others, sightingOf: sightings.of }, deps);
      const report = reportOf(sight, await act(lease, decide(others, held, begunAtMs)));
      toAsk = byGame(silent);
      reports.pass(report, clock.monotonicMs() - begunAtMs);
      return report;
    },
    lookAt: async (lease, gameIds) => {
      const { silent, others } = partSilent(await lookAtSome(gameIds, deps));
      toAsk = new Map([...toAsk, ...byGame(silent)]);
      const acted = await actAtOnce(
        lease,
        others.filter((drift) => !endsSomething(drift)),
      );
      reports.drifts(acted);
      return acted;
    },
    askSilent: async (lease, signal) => {
      const asked = [...toAsk.values()];
      toAsk = new Map();
      const acted = await actAtOnce(lease, await thatAnswer(asked, deps, signal));
      reports.asked(acted);
      return acted;
    },
    report: async () => {
      const sight = await lookAtAll(await deps.fleet.list(), deps);
      const { silent, others } = partSilent(sight.drifts);
      return reportOf(sight, dryRun([...others, ...(await thatAnswer(silent, deps))]));
    },
  };
}

// What was seen counts neither across a change of the lease's holder nor across a container engine that did not answer.
function makeList({ fleet }: PassDeps, sightings: Sightings) {
  let epoch: bigint | null = null;
  return async (lease: LeaseGrant): Promise<FleetInventory> => {
    if (lease.epoch !== epoch) sightings.clear();
    epoch = lease.epoch;
    try {
      return await fleet.list();
    } catch (error) {
      sightings.clear();
      throw error;
    }
  };
}

// Games that had an operation open by then are left out: what was seen of them is of no account any more.
function makeAct({ queue, ids, work, clock }: PassDeps, sightings: Sightings) {
  return async (lease: LeaseGrant, decided: readonly DecidedDrift[]): Promise<DecidedDrift[]> => {
    const chosen = decided.filter(({ decision }) => decision === 'queued');
    const acts = chosen.map((drift) => ({ opId: ids.uuid(), job: jobOf(drift) }));
    const outcome = acts.length === 0 ? null : await queue.queue(lease, acts);
    const queued = new Set(outcome?.kind === 'queued' ? outcome.gameIds : []);
    for (const drift of chosen) if (queued.has(drift.gameId)) sightings.acted(drift, clock.monotonicMs());
    if (queued.size > 0) work.wake();
    return decided.filter(({ decision, gameId }) => decision !== 'queued' || queued.has(gameId));
  };
}

/** What a look has shown, as far as it is guarded. */
interface Look {
  readonly sight: FleetSight;
  readonly drifts: readonly Drift[];
  readonly sightingOf: Sightings['of'];
}

async function guard(lease: LeaseGrant, { sight, drifts, sightingOf }: Look, deps: PassDeps): Promise<KeptBack> {
  const { inventory, games } = sight;
  const present = games.filter(({ record }) => record !== null && record.status !== 'removed').length;
  const standing = await readStanding(deps);
  if (deps.dryRun) return keptBackBy(standing.holds);
  const judgement = judgeLook(standing, { drifts, inventory, sightingOf, games: Math.max(present, inventory.incarnations.length) });
  await applyJudgement(judgement, lease, deps);
  return judgement.keptBack;
}

const dryRun = (drifts: readonly Drift[]): DecidedDrift[] => drifts.map((drift) => ({ ...drift, decision: 'dry_run' }));
const byGame = (drifts: readonly Drift[]) => new Map(drifts.map((drift) => [drift.gameId, drift]));
const openGames = ({ games }: FleetSight) => new Set(games.filter(({ open }) => open).map(({ gameId }) => gameId));

function reportOf({ inventory, games }: FleetSight, drifts: readonly DecidedDrift[]): ReconcileReport {
  return { containers: inventory.incarnations.length, games: games.length, drifts, foreign: inventory.foreign };
}
