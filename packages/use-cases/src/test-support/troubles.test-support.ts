import fc from 'fast-check';
import { type Call, faultOf } from './intercept.test-support.js';
import { SERVERS } from './process.test-support.js';
import type { World } from './world.test-support.js';

/** After `skip` more calls of any port, something goes wrong with one. */
export interface Trouble {
  readonly skip: number;
  readonly kind: 'not done' | 'unknown' | 'bug' | 'late' | 'cut off' | 'dies' | 'engine away';
  readonly ms: number;
}

/** Any trouble. */
export const trouble = fc.record<Trouble>({
  skip: fc.integer({ min: 0, max: 80 }),
  kind: fc.constantFrom('not done', 'unknown', 'bug', 'late', 'cut off', 'dies', 'engine away'),
  ms: fc.integer({ min: 1, max: 30_000 }),
});

const never = () => new Promise<never>(() => undefined);

/** Two processes as `openProcess` opens them, of which one that dies is replaced, and the troubles they meet. */
export function openTroubled(
  world: World,
  troubles: readonly Trouble[],
  openProcess: (world: World, handle: (call: Call) => Promise<unknown>, signal: AbortSignal) => void,
) {
  const left = troubles.map((one) => ({ ...one }));
  const processes: AbortController[] = [];
  const next = (): Trouble | null => {
    const [first] = left;
    if (first === undefined) return null;
    if (first.skip > 0) {
      first.skip -= 1;
      return null;
    }
    return left.shift() ?? null;
  };

  const open = (): void => {
    const alive = new AbortController();
    processes.push(alive);
    let cutOffUntilMs = 0;
    const die = (): Promise<never> => {
      alive.abort();
      void world.clock.sleep(500).then(open);
      return never();
    };
    // A server carries out at once what it carries out; only its reply may be late or lost.
    const meet = async ({ kind, ms }: Trouble, { port, go }: Call): Promise<unknown> => {
      const dependency = SERVERS[port] ?? 'redis';
      if (kind === 'not done') throw faultOf(dependency, { effect: 'not_done' });
      const answer = await go();
      switch (kind) {
        case 'unknown':
          throw faultOf(dependency);
        case 'bug':
          throw new TypeError('a bug');
        case 'late':
          await world.clock.sleep(ms);
          return answer;
        case 'cut off':
          cutOffUntilMs = world.clock.monotonicMs() + ms;
          await world.clock.sleep(ms);
          return answer;
        case 'dies':
          return die();
        case 'engine away':
          world.engine.goAway();
          void world.clock.sleep(ms).then(() => world.engine.comeBack());
          return answer;
      }
    };
    const isGone = (): boolean => alive.signal.aborted;
    const handle = async (call: Call): Promise<unknown> => {
      if (isGone()) return never();
      if (call.port === 'journal' && world.clock.monotonicMs() < cutOffUntilMs) throw faultOf('postgres', { effect: 'not_done' });
      const met = next();
      const answer = await (met === null ? call.go() : meet(met, call));
      return isGone() ? never() : answer;
    };
    openProcess(world, handle, alive.signal);
  };
  open();
  open();
  return {
    /** How many troubles have not been met yet. */
    ahead: () => left.length,
    stop: () => {
      for (const alive of processes) alive.abort();
      world.engine.comeBack();
    },
  };
}
