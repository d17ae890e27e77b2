import type { LanePosition, Observer, Outbox, OutboxEntry, StreamPublishing, StreamPublishState } from '@galaxy/manager-ports';

/** What the comparison takes. */
export interface CompareDeps {
  readonly outbox: Pick<Outbox, 'lately' | 'takeBack' | 'state'>;
  readonly results: StreamPublishing;
  readonly deadLetters: StreamPublishing;
  readonly observer: Observer;
  /** What was marked longer ago counts as read, in milliseconds. */
  readonly resendWithinMs: number;
}

/** Compares what is marked as published with what the streams' server really has. Only whoever relays does it. */
export interface PublishedComparison {
  /**
   * Compares unless everything is as the last comparison left it: the connections, and the epoch of both streams. Afterwards
   * what the server lacks is pending again, and only what is read from then on is accepted. Returns the epoch that is
   * accepted: the store must have the same, or somebody else has compared since. A server that changed while it was being
   * compared accepts nothing, and the next call compares again.
   * @throws DependencyFault when a server does not answer; then the next call compares again.
   */
  readonly ensure: () => Promise<bigint>;
  /** Makes the next call compare. */
  readonly distrust: () => void;
}

type Kind = OutboxEntry['kind'];

/** Makes the comparison of one process. */
export function makePublishedComparison(deps: CompareDeps): PublishedComparison {
  let compared: Compared | null = null;
  return {
    ensure: async () => {
      const seen = await look(deps);
      if (compared !== null && isAsLeft(seen, compared)) return compared.epoch;
      compared = null;
      const { epoch, isAdopted } = await compare(seen, deps);
      if (isAdopted) compared = { connections: seen.map(({ connection }) => connection), epoch };
      return epoch;
    },
    distrust: () => {
      compared = null;
    },
  };
}

/** What the last comparison left. */
interface Compared {
  readonly connections: readonly string[];
  readonly epoch: bigint;
}

// Before anything is compared: if a connection is lost meanwhile, the next look finds another one.
function look({ results, deadLetters }: CompareDeps): Promise<[StreamPublishState, StreamPublishState]> {
  return Promise.all([results.state(), deadLetters.state()]);
}

const isAsLeft = (seen: readonly StreamPublishState[], { connections, epoch }: Compared): boolean =>
  seen.every((state, at) => state.connection === connections[at] && state.epoch === epoch);

/*
 * The order is what keeps a result from being lost for good. The lanes are listed before the server is asked: one that is
 * marked only afterwards is not named, so its marks are taken back too. The epoch is raised together with taking back: no
 * publisher that saw an earlier server can mark afterwards. The server adopts it last: until then it refuses everything
 * read since, and a crash or a lost reply leaves an epoch that is not the store's, which makes the next one compare. And it
 * adopts it only if it knows the epoch it knew before it was asked: one that was emptied meanwhile holds nothing of its answer.
 */
async function compare(
  [result, letter]: readonly [StreamPublishState, StreamPublishState],
  deps: CompareDeps,
): Promise<{ readonly epoch: bigint; readonly isAdopted: boolean }> {
  const { outbox, observer, resendWithinMs, results, deadLetters } = deps;
  const marked = await outbox.lately(resendWithinMs);
  const held = [...(await heldOf('job_result', marked, results)), ...(await heldOf('dead_letter', marked, deadLetters))];
  const { epoch, takenBack } = await outbox.takeBack(held, resendWithinMs);
  if (isBehind(held, marked)) observer.observe({ kind: 'published_lost', takenBack, epoch });
  // Ids that were given out before, also of what is lost: readers of the stream may be past them.
  const { lastEntryIds } = await outbox.state();
  const adopted = [
    await results.adoptEpoch(epoch, result.epoch, lastEntryIds.job_result),
    await deadLetters.adoptEpoch(epoch, letter.epoch, lastEntryIds.dead_letter),
  ];
  return { epoch, isAdopted: adopted.every(Boolean) };
}

async function heldOf(kind: Kind, marked: readonly LanePosition[], stream: StreamPublishing): Promise<LanePosition[]> {
  const lanes = marked.filter((position) => position.kind === kind).map(({ lane }) => lane);
  const numbers = await stream.held(lanes);
  return lanes.map((lane, at) => ({ kind, lane, number: numbers[at] ?? 0n }));
}

function isBehind(held: readonly LanePosition[], marked: readonly LanePosition[]): boolean {
  const numbers = new Map(held.map(({ kind, lane, number }) => [`${kind} ${lane}`, number]));
  return marked.some(({ kind, lane, number }) => number > (numbers.get(`${kind} ${lane}`) ?? 0n));
}
