import type { Clock, EnqueueOutcome, Ids, OperationQueue, OperationRequest, RequestedJob } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import type { AwaitedEnd, OperationEnds, WaitLimits } from './operation-ends.js';

type WithoutTime<J> = J extends unknown ? Omit<J, 'requestedAtMs'> : never;

/** What somebody asks for, now. */
export interface Submission {
  readonly job: WithoutTime<RequestedJob>;
  /** Who asks; default `admin`. */
  readonly source?: OperationRequest['source'];
  /** The name of the request, such as an `Idempotency-Key`. Without one, every submission is a request of its own. */
  readonly name?: string;
  readonly requestedBy: string;
}

/** Turns requests into operations, and waits for what comes of them. For everybody but Lobby: REST, the command line, schedules. */
export interface OperationRequests {
  /**
   * Queues an operation. A store whose reply was lost is asked again, so the same request is never queued twice.
   * @throws what {@link OperationQueue.enqueue} throws.
   */
  submit(submission: Submission): Promise<EnqueueOutcome>;

  /** As {@link OperationEnds.awaitEnd}. */
  wait(opId: string, limits: WaitLimits): Promise<AwaitedEnd>;
}

export interface OperationRequestsDeps {
  readonly queue: OperationQueue;
  readonly ends: Pick<OperationEnds, 'awaitEnd'>;
  readonly ids: Ids;
  readonly clock: Clock;
}

const TRIES = 3;
const PAUSE_MS = 200;

export function makeOperationRequests({ queue, ends, ids, clock }: OperationRequestsDeps): OperationRequests {
  const enqueue = async (request: OperationRequest): Promise<EnqueueOutcome> => {
    for (let tried = 1; ; tried++) {
      try {
        return await queue.enqueue(request);
      } catch (error) {
        const mayBeQueued = error instanceof DependencyFault && error.retryable && error.effect === 'unknown';
        if (!mayBeQueued || tried === TRIES) throw error;
        await clock.sleep(PAUSE_MS);
      }
    }
  };
  return {
    async submit({ job, source = 'admin', name, requestedBy }) {
      const opId = ids.uuid();
      const asked = { ...job, requestedAtMs: BigInt(clock.now().getTime()) } as RequestedJob;
      const outcome = await enqueue({ opId, source, sourceRef: name ?? opId, job: asked, requestedBy });
      // An earlier try was carried out after all.
      return outcome.kind === 'existing' && outcome.opId === opId ? { kind: 'queued', opId } : outcome;
    },
    wait: (opId, limits) => ends.awaitEnd(opId, limits),
  };
}
