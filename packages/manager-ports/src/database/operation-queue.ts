import {
  isGameId,
  jobOperation,
  type OperationSource,
  type OperationStatus,
  operationTraits,
  type StartJob,
  type StopJob,
} from '@galaxy/domain';
import { InvalidInputError } from '@galaxy/ports';

/** A job that can be requested by name. Entries of streams are ingested, and acts of the reconciler have a queue of their own. */
export type RequestedJob = StartJob | StopJob;

/** Something that the manager is asked to do, by others than Lobby. */
export interface OperationRequest {
  /** The operation's id, a UUID chosen by the caller. */
  readonly opId: string;
  /** Who asks. Results of Lobby's jobs only are published on `runtime:job_results`, so Lobby is none of these. */
  readonly source: Exclude<OperationSource, 'lobby'>;
  /** The name of the request: an `Idempotency-Key`, for example. One operation per source and name, for as long as the log keeps it. */
  readonly sourceRef: string;
  readonly job: RequestedJob;
  /** The person or the service, for the audit. */
  readonly requestedBy: string;
}

/**
 * `queued`: the operation is in the queue. `existing`: an earlier request of that name asked for the same job, and this is its
 * operation; nothing was changed. `key_reused`: an earlier request of that name asked for another job; nothing was changed.
 * `on_hold`: a hold `restored` is in force; nothing was changed.
 */
export type EnqueueOutcome =
  | { readonly kind: 'queued'; readonly opId: string }
  | { readonly kind: 'existing'; readonly opId: string; readonly status: OperationStatus }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'on_hold' };

/** Queues what is requested by name. Every process may use it; it needs no lease. */
export interface OperationQueue {
  /**
   * Queues an operation behind everything that was queued before, in one atomic statement. It enters by the same door as jobs of the
   * streams and acts of the reconciler: the order of `ord` is the order in which operations become visible, so a later one never
   * overtakes an earlier one of its game.
   *
   * Repeating a request is safe: it is told by source and name. Jobs are the same when all fields but `requestedAtMs` are.
   * @throws InvalidInputError when {@link validateOperationRequest} refuses the request.
   * @throws DependencyFault when the store does not answer; with `effect: 'unknown'` the operation may have been queued.
   */
  enqueue(request: OperationRequest): Promise<EnqueueOutcome>;
}

const MAX_NAME_LENGTH = 255;

/**
 * Checks what every adapter must refuse: a source that may not ask for this operation, a game id that is none, and a name that is
 * empty, too long, or can't be stored as it is.
 * @throws InvalidInputError
 */
export function validateOperationRequest({ source, sourceRef, job }: OperationRequest): void {
  const op = jobOperation(job);
  const sources: readonly string[] = operationTraits(op).sources;
  if (source === ('lobby' as string) || !sources.includes(source)) throw new InvalidInputError(`enqueue: ${source} may not request ${op}`);
  if (!isGameId(job.gameId)) throw new InvalidInputError('enqueue: game id is not valid');
  if (sourceRef === '' || sourceRef.length > MAX_NAME_LENGTH || !sourceRef.isWellFormed() || sourceRef.includes('\0'))
    throw new InvalidInputError(`enqueue: the name must be text of 1 to ${MAX_NAME_LENGTH} characters`);
}
