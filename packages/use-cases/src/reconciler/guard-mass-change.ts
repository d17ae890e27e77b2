import { massChangeLimit } from '@galaxy/domain';
import type { FleetInventory, HoldReason, Holds, InstallationFacts, LeaseGrant } from '@galaxy/manager-ports';
import type { SeenDrift } from './drift-history.js';
import { type Drift, endsSomething } from './find-drift.js';

/** What the guard works with. */
export interface GuardDeps {
  readonly holds: Holds;
  readonly facts: InstallationFacts;
}

/** What the store says of holds and confirmations before a look. */
export interface Standing {
  readonly holds: ReadonlyMap<HoldReason, string>;
  readonly engineId: string | null;
  readonly massChangeConfirmed: boolean;
}

/** What was found, as far as it matters here. */
export interface Found {
  readonly drifts: readonly Drift[];
  /** Games with a record that is not removed, or containers, whichever are more. */
  readonly games: number;
  readonly inventory: Pick<FleetInventory, 'engineId'>;
  /** How long each has been there, this look included. */
  readonly seenDriftOf: (drift: Drift) => SeenDrift;
}

/** What is kept back: nothing, what ends something, or everything. */
export type KeptBack = 'nothing' | 'ends' | 'all';

/** What must change in the store before anything is acted on. */
export interface Judgement {
  readonly keptBack: KeptBack;
  /** Holds to set, or whose message has changed. */
  readonly toSet: ReadonlyMap<HoldReason, string>;
  /** The engine id to remember; null to leave it. */
  readonly rememberEngine: string | null;
  /** Whether a confirmation has served its purpose. */
  readonly takeConfirmation: boolean;
}

export const CONFIRMED = 'yes';

/** Reads holds and confirmations. */
export async function readStanding({ holds, facts }: GuardDeps): Promise<Standing> {
  const [list, engineId, confirmed] = await Promise.all([holds.list(), facts.get('engine_id'), facts.get('mass_change_confirmed')]);
  return { holds: new Map(list.map(({ reason, message }) => [reason, message])), engineId, massChangeConfirmed: confirmed === CONFIRMED };
}

/**
 * Judges a look: an engine other than the last one, and more than a few acts that end something, are the work of an
 * operator or a wrong view; only an operator can tell. A confirmation is good until a look finds no more than a few.
 *
 * One look may be torn: between the list of containers and that of records whoever looks may have been frozen. So a mass of
 * drifts is kept back at once, and nobody is asked about it before two looks have shown the same ones.
 */
export function judgeLook(standing: Standing, { drifts, games, inventory: { engineId }, seenDriftOf }: Found): Judgement {
  const limit = massChangeLimit(games);
  const ends = drifts.filter(endsSomething);
  const lasting = ends.filter((drift) => seenDriftOf(drift).looks >= 2);
  const isMass = ends.length > limit && !standing.massChangeConfirmed;
  const found = new Map<HoldReason, string>();
  if (isMass && lasting.length > limit) found.set('mass_change', massMessage(lasting, games, limit));
  if (isAnother(engineId, standing))
    found.set('engine_changed', `the container engine is ${engineId}, the last one was ${standing.engineId}`);
  const byHolds = keptBackBy(new Map([...standing.holds, ...found]));
  return {
    keptBack: byHolds === 'nothing' && isMass ? 'ends' : byHolds,
    toSet: new Map([...found].filter(([reason, message]) => standing.holds.get(reason) !== message)),
    rememberEngine: standing.engineId === null ? engineId : null,
    takeConfirmation: standing.massChangeConfirmed && ends.length <= limit,
  };
}

const isAnother = (engineId: string, known: Standing): known is Standing & { readonly engineId: string } =>
  known.engineId !== null && known.engineId !== engineId;

/** Writes down what a judgement asks for, the holds under the lease that it was made under. Repeating is safe. */
export async function applyJudgement(
  { toSet, rememberEngine, takeConfirmation }: Judgement,
  lease: LeaseGrant,
  { holds, facts }: GuardDeps,
): Promise<void> {
  for (const [reason, message] of toSet) await holds.set(reason, message, lease);
  if (rememberEngine !== null) await facts.set('engine_id', rememberEngine);
  if (takeConfirmation) await facts.set('mass_change_confirmed', null);
}

/** What the holds in force keep back. */
export function keptBackBy(holds: ReadonlyMap<HoldReason, string>): KeptBack {
  if (holds.has('restored')) return 'all';
  return holds.has('mass_change') || holds.has('engine_changed') ? 'ends' : 'nothing';
}

function massMessage(ends: readonly Drift[], games: number, limit: number): string {
  const some = ends.slice(0, 5).map(({ gameId, verdict }) => `${gameId} (${verdict})`);
  return `${String(ends.length)} of ${String(games)} games would lose their container or its record, more than ${String(limit)}: ${some.join(', ')}, …`;
}
