import {
  type LanePosition,
  type Observer,
  type Outbox,
  type OutboxKind,
  publishingByKind,
  type StreamPublishing,
  type StreamPublishState,
} from '@galaxy/manager-ports';

export interface CompareDeps {
  readonly outbox: Pick<Outbox, 'lately' | 'takeBack' | 'state'>;
  readonly results: StreamPublishing;
  readonly deadLetters: StreamPublishing;
  readonly outcomes?: StreamPublishing;
  readonly observer: Observer;
  /** In milliseconds. Messages that were marked as published longer ago are not sent again, even if the server has lost them. */
  readonly resendWithinMs: number;
}

/**
 * Compares which messages are marked as published with those that the streams' server really has. Only the process that relays
 * does so.
 */
export interface PublishedComparison {
  /**
   * Compares, unless the connections and the publish epoch of all streams are the same as after the last comparison. After a
   * comparison, the messages that the server lacks are pending again, and the server accepts only entries that are read from
   * the outbox from then on. Returns the epoch that the server accepts; if the store has another one, another process has
   * compared since. A server that changed during the comparison accepts nothing, and the next call compares again.
   * @throws DependencyFault when a server does not answer; then the next call compares again.
   */
  readonly ensure: () => Promise<bigint>;
  /** Makes the next call compare. */
  readonly distrust: () => void;
}

export function makePublishedComparison(deps: CompareDeps): PublishedComparison {
  let compared: Compared | null = null;
  return {
    ensure: async () => {
      const seen = await look(deps);
      if (compared !== null && isAsLeft(seen, compared)) return compared.epoch;
      compared = null;
      const { epoch, isAdopted } = await compare(seen, deps);
      if (isAdopted) compared = { connections: seen.map(({ state }) => state.connection), epoch };
      return epoch;
    },
    distrust: () => {
      compared = null;
    },
  };
}

/** The state after the last comparison. */
interface Compared {
  readonly connections: readonly string[];
  readonly epoch: bigint;
}

/** What the server of one stream answered before the comparison. */
interface Seen {
  readonly kind: OutboxKind;
  readonly stream: StreamPublishing;
  readonly state: StreamPublishState;
}

// Read before anything is compared: if a connection is lost during the comparison, the next call sees a different one.
function look(deps: CompareDeps): Promise<Seen[]> {
  return Promise.all(publishingByKind(deps).map(async ([kind, stream]) => ({ kind, stream, state: await stream.state() })));
}

const isAsLeft = (seen: readonly Seen[], { connections, epoch }: Compared): boolean =>
  seen.every(({ state }, at) => state.connection === connections[at] && state.epoch === epoch);

/*
 * The order of these steps keeps a result from being lost for good:
 * 1. The lanes are listed before the server is asked. A lane that is marked only afterwards is not among them, so its marks are
 *    removed too.
 * 2. The epoch is raised in the same statement that removes the marks: a publisher that saw an earlier server can't set a mark
 *    afterwards.
 * 3. The server adopts the epoch last. Until then it refuses everything that was read since. A crash or a lost reply leaves the
 *    server with another epoch than the store, and so the next call compares again.
 * 4. The server adopts it only if its epoch is still the one from before the comparison: a server that was emptied meanwhile no
 *    longer holds what it answered.
 */
async function compare(seen: readonly Seen[], deps: CompareDeps): Promise<{ readonly epoch: bigint; readonly isAdopted: boolean }> {
  const { outbox, observer, resendWithinMs } = deps;
  const marked = await outbox.lately(resendWithinMs);
  const held: LanePosition[] = [];
  for (const one of seen) held.push(...(await heldOf(one, marked)));
  const { epoch, takenBack } = await outbox.takeBack(held, resendWithinMs);
  if (isBehind(held, marked)) observer.observe({ kind: 'published_lost', takenBack, epoch });
  // The highest entry ids so far, also of lost entries: readers may be past them, so new entries must get higher ids.
  const { lastEntryIds } = await outbox.state();
  let isAdopted = true;
  for (const { kind, stream, state } of seen) isAdopted = (await stream.adoptEpoch(epoch, state.epoch, lastEntryIds[kind])) && isAdopted;
  return { epoch, isAdopted };
}

async function heldOf({ kind, stream }: Seen, marked: readonly LanePosition[]): Promise<LanePosition[]> {
  const lanes = marked.filter((position) => position.kind === kind).map(({ lane }) => lane);
  const numbers = await stream.held(lanes);
  return lanes.map((lane, at) => ({ kind, lane, number: numbers[at] ?? 0n }));
}

function isBehind(held: readonly LanePosition[], marked: readonly LanePosition[]): boolean {
  const numbers = new Map(held.map(({ kind, lane, number }) => [`${kind} ${lane}`, number]));
  return marked.some(({ kind, lane, number }) => number > (numbers.get(`${kind} ${lane}`) ?? 0n));
}
