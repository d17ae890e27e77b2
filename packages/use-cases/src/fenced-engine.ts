import type { Clock, ContainerEngine } from '@galaxy/ports';
import type { HeldClaim } from './claim-keeper.js';

/** A container engine for the length of one attempt. */
export interface FencedEngine extends ContainerEngine {
  /** How long this attempt has waited for calls that failed, since the engine's last answer. Waiting for the claim is no part of it. */
  readonly unansweredMs: number;
}

/**
 * Guards an engine with a claim: no change to a container begins unless the claim was renewed lately, so a holder that
 * lost its fence never touches a container again. Looks, pulls and preparations are not guarded: they change no container.
 */
export function fenceEngine(engine: ContainerEngine, held: HeldClaim, clock: Clock): FencedEngine {
  let unansweredMs = 0;
  const look = async <T>(call: () => Promise<T>): Promise<T> => {
    held.assertHeld();
    const askedAtMs = clock.monotonicMs();
    try {
      const answer = await call();
      unansweredMs = 0;
      return answer;
    } catch (error) {
      unansweredMs += clock.monotonicMs() - askedAtMs;
      throw error;
    }
  };
  const change = async <T>(call: () => Promise<T>): Promise<T> => {
    await held.beforeMutation();
    return look(call);
  };
  return {
    get unansweredMs() {
      return unansweredMs;
    },
    ensureImage: (imageRef, signal) => look(() => engine.ensureImage(imageRef, signal)),
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
