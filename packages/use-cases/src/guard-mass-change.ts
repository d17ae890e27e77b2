import { massChangeLimit } from '@galaxy/domain';
import type { FleetInventory, HoldReason, Holds, Settings } from '@galaxy/ports';
import { type Drift, endsSomething } from './find-drift.js';

/** What the guard works with. */
export interface GuardDeps {
  readonly holds: Holds;
  readonly settings: Settings;
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
}

/** What must change in the store before anything is acted on. */
export interface Judgement {
  /** The holds in force from now on, with what was found. */
  readonly holds: ReadonlyMap<HoldReason, string>;
  /** Holds to set, or whose message has changed. */
  readonly toSet: ReadonlyMap<HoldReason, string>;
  /** The engine id to remember; null to leave it. */
  readonly rememberEngine: string | null;
  /** Whether a confirmation has served its purpose. */
  readonly takeConfirmation: boolean;
}

export const CONFIRMED = 'yes';

/** Reads holds and confirmations. */
export async function readStanding({ holds, settings }: GuardDeps): Promise<Standing> {
  const [list, engineId, confirmed] = await Promise.all([holds.list(), settings.get('engine_id'), settings.get('mass_change_confirmed')]);
  return { holds: new Map(list.map(({ reason, message }) => [reason, message])), engineId, massChangeConfirmed: confirmed === CONFIRMED };
}

/**
 * Judges a look: an engine other than the last one, and more than a few acts that end something, are the work of an
 * operator or a wrong view; only an operator can tell. A confirmation is good until a look finds no more than a few.
 */
export function judgeLook(standing: Standing, { drifts, games, inventory }: Found): Judgement {
  const ends = drifts.filter(endsSomething);
  const limit = massChangeLimit(games);
  const toSet = new Map<HoldReason, string>();
  if (ends.length > limit && !standing.massChangeConfirmed) toSet.set('mass_change', massMessage(ends, games, limit));
  if (standing.engineId !== null && standing.engineId !== inventory.engineId)
    toSet.set('engine_changed', `the container engine is ${inventory.engineId}, the last one was ${standing.engineId}`);
  for (const [reason, message] of toSet) if (standing.holds.get(reason) === message) toSet.delete(reason);
  return {
    holds: new Map([...standing.holds, ...toSet]),
    toSet,
    rememberEngine: standing.engineId === null ? inventory.engineId : null,
    takeConfirmation: standing.massChangeConfirmed && ends.length <= limit,
  };
}

/** Writes down what a judgement asks for. Repeating is safe. */
export async function applyJudgement(
  { toSet, rememberEngine, takeConfirmation }: Judgement,
  { holds, settings }: GuardDeps,
): Promise<void> {
  for (const [reason, message] of toSet) await holds.set(reason, message);
  if (rememberEngine !== null) await settings.set('engine_id', rememberEngine);
  if (takeConfirmation) await settings.set('mass_change_confirmed', null);
}

/** What the holds in force keep back. */
export function heldBack(holds: ReadonlyMap<HoldReason, string>): 'nothing' | 'ends' | 'all' {
  if (holds.has('restored')) return 'all';
  return holds.has('mass_change') || holds.has('engine_changed') ? 'ends' : 'nothing';
}

function massMessage(ends: readonly Drift[], games: number, limit: number): string {
  const some = ends.slice(0, 5).map(({ gameId, verdict }) => `${gameId} (${verdict})`);
  return `${String(ends.length)} of ${String(games)} games would lose their container or its record, more than ${String(limit)}: ${some.join(', ')}, …`;
}
