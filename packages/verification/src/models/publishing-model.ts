/*
 * The publishing model: the numbered results of one game, workers that publish their own result at once, a relay for all others, a
 * Redis, and Lobby, which reads the stream. Redis may be emptied, and may fail over to a replica without the last entries.
 *
 * What is left out. There is no time: publishers may be slow, and a call that no process waits for may be carried out at any later
 * moment. One script writes the stream, the last number and the epoch of a server together, and a failover takes them back to the
 * same moment. A demoted master may go on for those that have not noticed the failover: workers, the relay, and once the
 * comparison. What Lobby has read matters only when Redis loses it, so the model decides it at each failover.
 *
 * What is assumed. Database and script do one thing at a time. Each failover is noticed some time later.
 *
 * Which code each file stands for (those of PostgreSQL in packages/adapters/postgres/src, those of publishing in
 * packages/use-cases/src/publishing):
 *   publishing/publishers.ts    decide a result: operations/finish.ts of PostgreSQL
 *                               send, fill a gap: publish-in-order.ts of publishing
 *                               publish at once, relay: publish-outbox.ts of publishing
 *                               mark: outbox/publish-marks.ts of PostgreSQL
 *   publishing/redis.ts         the scripts: publish-numbered.ts and adopt-epoch.ts in packages/adapters/redis/src/scripts
 *                               Lobby: apps/lobby-producer/src/read-job-results.ts
 *   publishing/verification.ts  the comparison: compare-published.ts of publishing
 *                               take back marks, raise the epoch: outbox/take-back.ts of PostgreSQL
 *
 * What must hold in every state. From its place in the stream, Lobby reads each result once and in order; only a result that it
 * had read and Redis has lost comes once more. What must hold when nothing is left to do, a state that can always be reached: Lobby
 * can read every result, and all results are marked.
 *
 * Not covered: dead letters, batches, results of other games, entry ids (a replica whose clock is behind may give ids that
 * are behind Lobby's place), results too old to be sent again, trimming of the stream, a loss of the hashes alone, and more
 * injections than a test allows at a time.
 */
import type { Model } from './explore.js';
import { finishes, publishes, relayReads } from './publishing/publishers.js';
import { failovers, flushes, lateCalls, lobbyAt } from './publishing/redis.js';
import type { PublishingGuards, PublishingInjections, PublishingScope, PublishingState } from './publishing/state.js';
import { initialPublishing, publishingKey, showPublishing } from './publishing/state.js';
import { verifies } from './publishing/verification.js';

/** The model of one game's results. `injections` says how often each of them may happen. */
export function publishingModel(
  scope: PublishingScope,
  injections: PublishingInjections,
  guards: PublishingGuards,
): Model<PublishingState> {
  return {
    initial: initialPublishing(injections),
    moves: (state) => [
      ...finishes(state, scope),
      ...relayReads(state),
      ...publishes(guards, state),
      ...verifies(guards, state),
      ...lateCalls(guards, state),
      ...failovers(guards, state),
      ...flushes(guards, state),
    ],
    key: publishingKey,
    broken: (state) => lobbyAt(state, state.stream.length).wrong,
    unsettled: (state) => {
      const { last } = lobbyAt(state, state.stream.length).lobby;
      if (last !== scope.results) return `Lobby never reads result ${last + 1}`;
      return state.marked.length === scope.results ? null : 'a result is never marked';
    },
    show: showPublishing,
  };
}
