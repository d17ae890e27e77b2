import type { DeadLetterBox, DeadLetterState, EntryRequeue } from '@galaxy/manager-ports';

/**
 * What became of a decision about a dead letter. `done`: it is decided so, now or by an earlier call; `entryId` is that of
 * the entry put back by this call, null for none. `unknown`: there is none of that id. `decided_otherwise`: somebody
 * decided something else before, or while this call put the entry back: then `entryId` is that of the new entry.
 */
export type ResolveOutcome =
  | { readonly kind: 'done'; readonly entryId: string | null }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'decided_otherwise'; readonly state: DeadLetterState; readonly entryId: string | null };

/** What deciding about dead letters takes. */
export interface ResolveDeps {
  readonly box: Pick<DeadLetterBox, 'get' | 'resolve'>;
  readonly requeue: EntryRequeue;
}

/**
 * Puts an entry that was given up back into its stream, as a new entry, and notes that. Repeating is safe, also after a
 * crash between the two: the entry is put back once.
 * @throws InvalidInputError when the letter does not hold the whole entry.
 * @throws DependencyFault when a server does not answer.
 */
export async function requeueDeadLetter(id: bigint, { box, requeue }: ResolveDeps): Promise<ResolveOutcome> {
  const letter = await box.get(id);
  if (letter === null) return { kind: 'unknown' };
  if (letter.state !== 'open') return decided(letter.state, 'requeued');
  const { sourceStream: stream, sourceEntryId, raw } = letter.letter;
  // Ids are given out again when a database is restored to an earlier state.
  const { entryId } = await requeue.requeue({ stream, raw, once: `dead-letter-${String(id)}-${sourceEntryId}` });
  if (await box.resolve(id, 'requeued')) return { kind: 'done', entryId };
  const now = await box.get(id);
  return now === null ? { kind: 'unknown' } : decided(now.state, 'requeued', entryId);
}

/**
 * Notes that an entry that was given up is not wanted any more. Repeating is safe.
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
