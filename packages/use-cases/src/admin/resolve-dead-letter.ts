import type { StreamJob } from '@galaxy/domain';
import type { DeadLetterBox, DeadLetterState, Ids, StoredDeadLetter } from '@galaxy/manager-ports';

/**
 * The outcome of a decision about a dead letter. `done`: the decision is recorded, by this call or an earlier one; `opId` is the
 * operation if this call queued one, otherwise null. `unknown`: there is no dead letter with this id. `decided_otherwise`: another
 * decision was recorded first. `on_hold`: nothing is queued while a hold `restored` is in force.
 */
export type ResolveOutcome =
  | { readonly kind: 'done'; readonly opId: string | null }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'on_hold' }
  | { readonly kind: 'decided_otherwise'; readonly state: DeadLetterState };

export interface ResolveDeps {
  readonly box: Pick<DeadLetterBox, 'get' | 'resolve' | 'requeue'>;
  readonly ids: Ids;
  /** Decodes the raw entry of a dead letter. @throws InvalidInputError that says why it can't be decoded. */
  readonly decode: (letter: StoredDeadLetter['letter']) => StreamJob;
}

/**
 * Queues the job of a dead letter as an operation of an administrator, and records that, both or neither. It is no new entry of the
 * job stream: Lobby's job was answered when it became a dead letter, and a second result would answer a later job of the game. Safe
 * to repeat: it is queued once.
 * @throws InvalidInputError when the entry of the letter can't be decoded, or is not whole.
 * @throws DependencyFault when the store does not answer.
 */
export async function requeueDeadLetter(id: bigint, { box, ids, decode }: ResolveDeps): Promise<ResolveOutcome> {
  const letter = await box.get(id);
  if (letter === null) return { kind: 'unknown' };
  if (letter.state !== 'open') return decided(letter.state, 'requeued');
  const opId = ids.uuid();
  // The dead letter's id alone is not unique: a database that was restored from a backup uses ids again.
  const sourceRef = `dead-letter-${String(id)}-${letter.letter.sourceEntryId}`;
  if (await box.requeue(id, { opId, sourceRef, job: decode(letter.letter) })) return { kind: 'done', opId };
  const now = await box.get(id);
  if (now === null) return { kind: 'unknown' };
  return now.state === 'open' ? { kind: 'on_hold' } : decided(now.state, 'requeued');
}

/**
 * Records that a dead-lettered entry is not wanted any more. Safe to repeat.
 * @throws DependencyFault when the store does not answer.
 */
export async function discardDeadLetter(id: bigint, { box }: Pick<ResolveDeps, 'box'>): Promise<ResolveOutcome> {
  if (await box.resolve(id, 'discarded')) return { kind: 'done', opId: null };
  const letter = await box.get(id);
  return letter === null ? { kind: 'unknown' } : decided(letter.state, 'discarded');
}

function decided(state: DeadLetterState, wanted: DeadLetterState): ResolveOutcome {
  return state === wanted ? { kind: 'done', opId: null } : { kind: 'decided_otherwise', state };
}
