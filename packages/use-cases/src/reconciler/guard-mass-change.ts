import { massChangeLimit } from '@galaxy/domain';
import type { FleetInventory, HoldReason, Holds, InstallationFacts, LeaseGrant } from '@galaxy/manager-ports';
import type { SeenDrift } from './drift-history.js';
import { type Drift, endsSomething } from './find-drift.js';

export interface GuardDeps {
  readonly holds: Holds;
  readonly facts: InstallationFacts;
}

/** The holds, the known engine and the confirmation, as the store has them before a pass is judged. */
export interface Standing {
  readonly holds: ReadonlyMap<HoldReason, string>;
  readonly engineId: string | null;
  readonly massChangeConfirmed: boolean;
}

/** What a pass has found, as far as it matters here. */
export interface Found {
  readonly drifts: readonly Drift[];
  /** The larger of two numbers: records that are not `removed`, and containers. */
  readonly games: number;
  readonly inventory: Pick<FleetInventory, 'engineId'>;
  /** How long each drift has been there, this pass included. */
  readonly seenDriftOf: (drift: Drift) => SeenDrift;
}

/** Which acts are stopped: none, the destructive ones (`ends`), or all. */
export type KeptBack = 'nothing' | 'ends' | 'all';

/** The judgement of a pass: which acts are stopped, and what must be written to the store before any act. */
export interface Judgement {
  readonly keptBack: KeptBack;
  /** Holds to set, and holds whose message has changed. */
  readonly toSet: ReadonlyMap<HoldReason, string>;
  /** The engine id to store; null to store none. */
  readonly rememberEngine: string | null;
  /** Whether to delete the operator's confirmation: it has been used up. */
  readonly takeConfirmation: boolean;
}

export const CONFIRMED = 'yes';

export async function readStanding({ holds, facts }: GuardDeps): Promise<Standing> {
  const [list, engineId, confirmed] = await Promise.all([holds.list(), facts.get('engine_id'), facts.get('mass_change_confirmed')]);
  return { holds: new Map(list.map(({ reason, message }) => [reason, message])), engineId, massChangeConfirmed: confirmed === CONFIRMED };
}

/**
 * Judges a pass. If the engine is another one than before, or more destructive acts than the limit would follow, either an
 * operator has changed something or the manager sees a wrong picture; only an operator can tell which. A confirmation is valid
 * until a pass finds no more than the limit.
 *
 * A single pass may be inconsistent: the process may have been frozen between reading the containers and reading the records. So
 * many drifts at once are stopped immediately, but the hold, which asks an operator, is set only when two passes have shown the
 * same ones.
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

/** Writes what the judgement requires; the holds under the lease of the pass. Safe to repeat. */
export async function applyJudgement(
  { toSet, rememberEngine, takeConfirmation }: Judgement,
  lease: LeaseGrant,
  { holds, facts }: GuardDeps,
): Promise<void> {
  for (const [reason, message] of toSet) await holds.set(reason, message, lease);
  if (rememberEngine !== null) await facts.set('engine_id', rememberEngine);
  if (takeConfirmation) await facts.set('mass_change_confirmed', null);
}

/** Which acts the holds in force stop. */
export function keptBackBy(holds: ReadonlyMap<HoldReason, string>): KeptBack {
  if (holds.has('restored')) return 'all';
  return holds.has('mass_change') || holds.has('engine_changed') ? 'ends' : 'nothing';
}

function massMessage(ends: readonly Drift[], games: number, limit: number): string {
  const some = ends.slice(0, 5).map(({ gameId, verdict }) => `${gameId} (${verdict})`);
  return `${String(ends.length)} of ${String(games)} games would lose their container or its record, more than ${String(limit)}: ${some.join(', ')}, …`;
}
