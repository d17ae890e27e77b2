import { type Observer, type Outbox, type OutboxKind, publishingByKind, type StreamPublishing } from '@galaxy/manager-ports';

type Forgetting = Pick<StreamPublishing, 'walk' | 'forget'>;

export interface ForgetLanesDeps {
  readonly outbox: Pick<Outbox, 'forgettable'>;
  readonly results: Forgetting;
  readonly deadLetters: Forgetting;
  readonly outcomes?: Forgetting;
  readonly observer: Observer;
  /** In milliseconds. Messages that were marked as published longer ago are not sent again. */
  readonly resendWithinMs: number;
}

/**
 * Makes the turn that lets the streams' server forget the lanes of which the outbox has no message left. It walks over all lanes in
 * portions. Each portion is read from the server first: a lane to which a message is published after that has another number, and
 * stays. A crash leaves the rest to the next turn, and so does a portion about which the outbox is not certain. Returns whether all
 * lanes of all streams were looked at. The turn throws DependencyFault when a server does not answer.
 */
export const makeForgetLanes =
  (deps: ForgetLanesDeps) =>
  async (signal: AbortSignal): Promise<boolean> => {
    let isComplete = true;
    for (const [kind, stream] of publishingByKind<Forgetting>(deps))
      isComplete = (await forgetIn(kind, stream, deps, signal)) && isComplete;
    return isComplete;
  };

async function forgetIn(kind: OutboxKind, stream: Forgetting, deps: ForgetLanesDeps, signal: AbortSignal): Promise<boolean> {
  let forgotten = 0;
  let isComplete = true;
  let from: string | null = null;
  do {
    if (signal.aborted) return false;
    const portion: Awaited<ReturnType<Forgetting['walk']>> = await stream.walk(from);
    const count = await forgetSome(kind, stream, portion.lanes, deps);
    // The outbox is not certain of this kind, or the server must be compared first: it is the same for the rest of the walk.
    isComplete = count !== null;
    forgotten += count ?? 0;
    from = portion.next;
  } while (from !== null && isComplete);
  if (forgotten > 0) deps.observer.observe({ kind: 'lanes_forgotten', messageKind: kind, forgotten });
  return isComplete;
}

async function forgetSome(
  kind: OutboxKind,
  stream: Forgetting,
  held: Awaited<ReturnType<Forgetting['walk']>>['lanes'],
  { outbox, resendWithinMs }: ForgetLanesDeps,
): Promise<number | null> {
  if (held.length === 0) return 0;
  const names = held.map(({ lane }) => lane);
  const found = await outbox.forgettable(kind, names, resendWithinMs);
  if (found === null) return null;
  const gone = new Set(found.lanes);
  const lanes = held.filter(({ lane }) => gone.has(lane));
  return lanes.length === 0 ? 0 : stream.forget(lanes, found);
}
