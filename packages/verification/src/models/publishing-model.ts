/*
 * The publishing model: the numbered results of one game, workers that publish theirs at once, a relay for the rest, a
 * Redis that may be emptied, noticed or not, or fail over to a replica without the last entries, and Lobby, which reads the stream.
 *
 * Time is left out: publishers may be as slow as they like, and calls that nobody waits for any more are carried out
 * whenever it hurts most. Stream, last number and epoch are one server's, written by one script, and a failover cuts them at
 * the same point. A demoted master may go on for those who have not noticed, workers, the relay and once whoever compares.
 * It is assumed that database and script do one thing at a time, and that each failover is noticed some time later.
 * What Lobby has read matters only when Redis loses it, so it is decided at each failover.
 *
 * What stands for which code:
 *   publishing/publishers.ts    a result decided: finish.ts in packages/adapters/postgres/src; sending, filling a gap, marking, the
 *                               relay: publish-in-order.ts and publish-outbox.ts in packages/use-cases/src; publish-marks.ts in
 *                               packages/adapters/postgres/src
 *   publishing/redis.ts         publish-numbered.ts and adopt-epoch.ts in packages/adapters/redis/src/scripts;
 *                               Lobby: apps/lobby-producer/src/read-job-results.ts
 *   publishing/verification.ts  the comparison: compare-published.ts in packages/use-cases/src; take-back.ts in packages/adapters/postgres/src
 *
 * Holds in every state: read from its place, the stream gives Lobby each result once and in order, save that one it had read and
 * Redis has lost comes once more. Holds at rest, which is always in reach: Lobby can read every result, and all are marked.
 *
 * Not covered: dead letters, batches, results of other games, entry ids (a replica whose clock is behind may give ids that
 * Lobby's place has passed), results too old to be sent again, trimming of the stream, a loss of the hashes alone, and injections
 * beyond the few that a test allows at a time.
 */
import type { Model } from './explore.js';
import { finishes, publishes, relayReads } from './publishing/publishers.js';
import { failovers, flushes, lateCalls, lobbyAt } from './publishing/redis.js';
import type { PublishingGuards, PublishingInjections, PublishingScope, PublishingState } from './publishing/state.js';
import { initialPublishing, publishingKey, showPublishing } from './publishing/state.js';
import { verifies } from './publishing/verification.js';

/** One game's results, workers that publish them, a relay, Lobby, and what may go wrong. */
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
