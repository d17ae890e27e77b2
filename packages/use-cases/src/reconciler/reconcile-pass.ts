import type {
  Clock,
  ContainerFleet,
  FleetInventory,
  Holds,
  Ids,
  InstallationFacts,
  LeaseGrant,
  Observer,
  ReconcileQueue,
} from '@galaxy/manager-ports';
import type { Wakeup } from '../lib/wakeup.js';
import { type DecidedDrift, decideActs } from './decide-acts.js';
import { type DriftHistory, makeDriftHistory } from './drift-history.js';
import { type Drift, endsSomething, jobOf } from './find-drift.js';
import { applyJudgement, judgeLook, type KeptBack, keptBackBy, readStanding } from './guard-mass-change.js';
import { type FleetObservation, type LookDeps, observeAll, observeSome, partSilent, thatAnswer } from './observe-fleet.js';
import { makeReconcileReports, type ReconcileReport } from './reconcile-reports.js';

export interface PassDeps extends LookDeps {
  readonly fleet: Pick<ContainerFleet, 'list'>;
  readonly queue: ReconcileQueue;
  readonly holds: Holds;
  readonly facts: InstallationFacts;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly observer: Observer;
  /** Woken when an operation was queued. */
  readonly work: Wakeup;
  /** A drift is acted on destructively only after it has been seen for this long. */
  readonly graceMs: number;
  /** At most this many destructive acts per pass. */
  readonly maxActs: number;
  /** Only report what would be done. */
  readonly dryRun: boolean;
}

/** Compares records with containers, and queues a reconcile operation where they differ. */
export interface Passes {
  /** Observes the fleet, and acts on what it finds. Of the games at rest it observes the next page. */
  readonly pass: (lease: LeaseGrant) => Promise<ReconcileReport>;
  /** Observes single games before the next pass. Harmless acts are queued; the rest waits for that pass. */
  readonly lookAt: (lease: LeaseGrant, gameIds: readonly string[]) => Promise<readonly DecidedDrift[]>;
  /** Asks the engines that were found silent since the last call; corrects the records of those that answer again. */
  readonly askSilent: (lease: LeaseGrant, signal?: AbortSignal) => Promise<readonly DecidedDrift[]>;
  /** What a pass over all games would find. Changes nothing, and adds nothing to the drift history. */
  readonly report: () => Promise<ReconcileReport>;
}

/** Of the games at rest, a pass looks at so many. */
const PAGE = 500;
const ALL = 1_000_000_000;

/** Makes the passes of one process. They share one drift history. */
export function makePasses(deps: PassDeps): Passes {
  const { clock } = deps;
  const driftHistory = makeDriftHistory();
  const reports = makeReconcileReports(deps.observer);
  const listed = makeList(deps, driftHistory);
  const act = makeAct(deps, driftHistory);
  let toAsk = new Map<string, Drift>();
  let after = '';
  const decide = (drifts: readonly Drift[], held: KeptBack, nowMs: number): DecidedDrift[] =>
    deps.dryRun ? dryRun(drifts) : decideActs(drifts, driftHistory.of, { ...deps, nowMs, held });
  const actAtOnce = async (lease: LeaseGrant, drifts: readonly Drift[]): Promise<DecidedDrift[]> => {
    if (drifts.length === 0) return [];
    const held = keptBackBy((await readStanding(deps)).holds);
    return act(lease, decide(drifts, held, clock.monotonicMs()));
  };

  return {
    pass: async (lease) => {
      const begunAtMs = clock.monotonicMs();
      const inventory = await listed(lease);
      const rest = { stopped: { after, limit: PAGE }, remembered: driftHistory.games() };
      const observation = await observeAll(inventory, rest, deps);
      after = observation.endOfPage;
      const { silent, others } = partSilent(observation.drifts);
      // The time of the history is the end of this observation, and the decision uses its beginning: a drift's age is measured from
      // the end of one observation to the beginning of a later one, so slow observations do not make it look older.
      driftHistory.see(others, openGames(observation), clock.monotonicMs());
      const held = await guard(lease, { observation, drifts: others, seenDriftOf: driftHistory.of }, deps);
      const report = reportOf(observation, await act(lease, decide(others, held, begunAtMs)));
      toAsk = byGame(silent);
      reports.pass(report, clock.monotonicMs() - begunAtMs);
      return report;
    },
    lookAt: async (lease, gameIds) => {
      const { silent, others } = partSilent(await observeSome(gameIds, deps));
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
      const observation = await observeAll(await deps.fleet.list(), { stopped: { after: '', limit: ALL }, remembered: [] }, deps);
      const { silent, others } = partSilent(observation.drifts);
      return reportOf(observation, dryRun([...others, ...(await thatAnswer(silent, deps))]));
    },
  };
}

// The drift history is cleared under a new lease, and when the container engine did not answer.
function makeList({ fleet }: PassDeps, driftHistory: DriftHistory) {
  let epoch: bigint | null = null;
  return async (lease: LeaseGrant): Promise<FleetInventory> => {
    if (lease.epoch !== epoch) driftHistory.clear();
    epoch = lease.epoch;
    try {
      return await fleet.list();
    } catch (error) {
      driftHistory.clear();
      throw error;
    }
  };
}

// Leaves out games for which another operation was queued meanwhile: what was observed of them is outdated.
function makeAct({ queue, ids, work, clock }: PassDeps, driftHistory: DriftHistory) {
  return async (lease: LeaseGrant, decided: readonly DecidedDrift[]): Promise<DecidedDrift[]> => {
    const chosen = decided.filter(({ decision }) => decision === 'queued');
    const acts = chosen.map((drift) => ({ opId: ids.uuid(), job: jobOf(drift) }));
    const outcome = acts.length === 0 ? null : await queue.queue(lease, acts);
    const queued = new Set(outcome?.kind === 'queued' ? outcome.gameIds : []);
    for (const drift of chosen) if (queued.has(drift.gameId)) driftHistory.acted(drift, clock.monotonicMs());
    if (queued.size > 0) work.wake();
    return decided.filter(({ decision, gameId }) => decision !== 'queued' || queued.has(gameId));
  };
}

/** What the guard needs of one observation. */
interface Look {
  readonly observation: FleetObservation;
  readonly drifts: readonly Drift[];
  readonly seenDriftOf: DriftHistory['of'];
}

async function guard(lease: LeaseGrant, { observation, drifts, seenDriftOf }: Look, deps: PassDeps): Promise<KeptBack> {
  const { inventory, games } = observation;
  const present = games.filter(({ record }) => record !== null && record.status !== 'removed').length;
  const standing = await readStanding(deps);
  if (deps.dryRun) return keptBackBy(standing.holds);
  const judgement = judgeLook(standing, { drifts, inventory, seenDriftOf, games: Math.max(present, inventory.incarnations.length) });
  await applyJudgement(judgement, lease, deps);
  return judgement.keptBack;
}

const dryRun = (drifts: readonly Drift[]): DecidedDrift[] => drifts.map((drift) => ({ ...drift, decision: 'dry_run' }));
const byGame = (drifts: readonly Drift[]) => new Map(drifts.map((drift) => [drift.gameId, drift]));
const openGames = ({ games }: FleetObservation) => new Set(games.filter(({ open }) => open).map(({ gameId }) => gameId));

function reportOf({ inventory, games }: FleetObservation, drifts: readonly DecidedDrift[]): ReconcileReport {
  return { containers: inventory.incarnations.length, games: games.length, drifts, foreign: inventory.foreign };
}
