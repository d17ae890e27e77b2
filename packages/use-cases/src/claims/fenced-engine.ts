import type { Clock, ContainerEngine } from '@galaxy/manager-ports';
import type { HeldClaim } from './held-claim.js';

/** The container engine as one attempt at an operation uses it. */
export interface FencedEngine extends ContainerEngine {
  /**
   * Milliseconds that this attempt has waited for failing calls since the engine last answered. Reads and changes are counted
   * apart: an engine that answers inspections but carries out no change counts as not answering. Waiting for a renewal of the
   * claim is not included.
   */
  readonly unansweredMs: number;
}

/** A pull may take minutes although the engine answers. Of a failed pull, only this much counts as time without an answer. */
const PULL_SILENCE_MS = 10_000;

/**
 * Guards an engine with a claim: no change to a container begins unless the claim was renewed recently, so a process that lost
 * the claim never touches a container again. Inspections, pulls and preparations are not guarded: they change no container.
 */
export function fenceEngine(engine: ContainerEngine, held: HeldClaim, clock: Clock): FencedEngine {
  const unanswered = { looks: 0, changes: 0 };
  const ask = async <T>(kind: keyof typeof unanswered, call: () => Promise<T>, countedMs = Number.POSITIVE_INFINITY): Promise<T> => {
    held.assertHeld();
    const askedAtMs = clock.monotonicMs();
    try {
      const answer = await call();
      unanswered.looks = 0;
      if (kind === 'changes') unanswered.changes = 0;
      return answer;
    } catch (error) {
      unanswered[kind] += Math.min(clock.monotonicMs() - askedAtMs, countedMs);
      throw error;
    }
  };
  const look = <T>(call: () => Promise<T>): Promise<T> => ask('looks', call);
  const change = async <T>(call: () => Promise<T>): Promise<T> => {
    await held.beforeMutation();
    return ask('changes', call);
  };
  return {
    get unansweredMs() {
      return unanswered.looks + unanswered.changes;
    },
    ensureImage: (imageRef, signal) => held.whileWaiting(() => ask('looks', () => engine.ensureImage(imageRef, signal), PULL_SILENCE_MS)),
    prepare: (gameId) => look(() => engine.prepare(gameId)),
    create: (spec) => change(() => engine.create(spec)),
    start: (id) => change(() => engine.start(id)),
    stop: (id, graceMs) => change(() => engine.stop(id, graceMs)),
    kill: (id) => change(() => engine.kill(id)),
    remove: (id) => change(() => engine.remove(id)),
    find: (gameId) => look(() => engine.find(gameId)),
    inspect: (id) => look(() => engine.inspect(id)),
    ping: () => look(() => engine.ping()),
  };
}
