/**
 * Why a look at the operations may be useful now. `connected`: hints before this moment may have been missed. `queued`: something was
 * requested. `ended`: a requested operation has ended.
 */
export type OperationHint =
  | { readonly kind: 'connected' }
  | { readonly kind: 'queued' }
  | { readonly kind: 'ended'; readonly opId: string };

/** Follows what is requested and what has come of it, in whichever process. Hints only save time: the log is the truth. */
export interface OperationHints {
  /**
   * Reports hints until the signal aborts, then returns. Hints may be late, twice, out of order, or missing. Calls `onHint` first with
   * `connected`, once everything that happens from then on is reported.
   * @throws DependencyFault when the store can't be followed, or not any more: call again after a while.
   */
  watch(onHint: (hint: OperationHint) => void, signal: AbortSignal): Promise<void>;
}
