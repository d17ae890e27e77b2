import type { DeadLetterBox, DeadLetterState, EntryRequeue } from '@galaxy/manager-ports';

/**
 * The outcome of a decision about a dead letter. `done`: the decision is recorded, by this call or an earlier one; `entryId` is
 * the new entry if this call put one back, otherwise null. `unknown`: there is no dead letter with this id. `decided_otherwise`:
 * another decision was recorded first; if it came while this call put the entry back, `entryId` is the new entry.
 */
export type ResolveOutcome =
  | { readonly kind: 'done'; readonly entryId: string | null }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'decided_otherwise'; readonly state: DeadLetterState; readonly entryId: string | null };

export interface ResolveDeps {
  readonly box: Pick<DeadLetterBox, 'get' | 'resolve'>;
  readonly requeue: EntryRequeue;
}

/**
 * Puts a dead-lettered entry back into its stream, as a new entry, and records that. Safe to repeat, also after a crash between
 * the two steps: the entry is put back once.
 * @throws InvalidInputError when the letter does not hold the whole entry.
 * @throws DependencyFault when a server does not answer.
 */
export async function requeueDeadLetter(id: bigint, { box, requeue }: ResolveDeps): Promise<ResolveOutcome> {
  const letter = await box.get(id);
  if (letter === null) return { kind: 'unknown' };
  if (letter.state !== 'open') return decided(letter.state, 'requeued');
  const { sourceStream: stream, sourceEntryId, raw } = letter.letter;
  // The dead letter's id alone is not unique: a database that was restored from a backup uses ids again.
  const { entryId } = await requeue.requeue({ stream, raw, once: `dead-letter-${String(id)}-${sourceEntryId}` });
  if (await box.resolve(id, 'requeued')) return { kind: 'done', entryId };
  const now = await box.get(id);
  return now === null ? { kind: 'unknown' } : decided(now.state, 'requeued', entryId);
}

/**
 * Records that a dead-lettered entry is not wanted any more. Safe to repeat.
 * @throws DependencyFault when the store does not answer.
 */
export async function discardDeadLetter(id: bigint, { box }: Pick<ResolveDeps, 'box'>): Promise<ResolveOutcome> {
  if (await box.resolve(id, 'discarded')) return { kind: 'done', entryId: null };
  const letter = await box.get(id);
  return letter === null ? { kind: 'unknown' } : decided(letter.state, 'discarded');
}

function decided(state: DeadLetterState, wanted: DeadLetterState, entryId: string | null = null): ResolveOutcome {
  return state === wanted ? { kind: 'done', entryId } : { kind: 'decided_otherwise', state, entryId };
}
