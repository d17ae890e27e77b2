import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pending, publishedLetters } from '../test-support/outbox.test-support.js';
import { type Fate, makePublishingWorld, type PublishingWorld } from '../test-support/publishing-world.test-support.js';
import { entriesOf } from '../test-support/world.test-support.js';

const PROCESSES = 3;
const GAMES = ['a', 'b'] as const;
const process = fc.nat({ max: PROCESSES - 1 });

/** What may happen next. `let go`: so many of the calls under way are carried out, the last of them with that fate. */
type Move =
  | { readonly kind: 'let go'; readonly calls: readonly number[]; readonly fate: Fate }
  | { readonly kind: 'decide'; readonly n: number; readonly lane: string }
  | { readonly kind: 'relay' | 'crash' | 'notice'; readonly n: number }
  | { readonly kind: 'fail over'; readonly cutOff: readonly boolean[] }
  | { readonly kind: 'replicate' | 'flush' | 'lobby reads' };

const fate = fc.constantFrom<Fate>('answered', 'answered', 'answered', 'answered', 'answered', 'answered', 'lost reply', 'late');
const calls = fc.oneof(
  fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 3 }),
  fc.array(fc.nat({ max: 2 }), { minLength: 10, maxLength: 40 }),
);
const cutOff = fc.array(fc.boolean(), { minLength: PROCESSES, maxLength: PROCESSES });
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ kind: fc.constant('let go'), calls, fate }) },
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('decide'), n: process, lane: fc.constantFrom(...GAMES, 'letters', 'outcomes') }) },
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('relay'), n: process }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('notice', 'notice', 'crash'), n: process }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fail over'), cutOff }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constantFrom('replicate', 'lobby reads', 'lobby reads') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush') }) },
);

async function make(world: PublishingWorld, happens: Move): Promise<void> {
  switch (happens.kind) {
    case 'let go':
      for (const [at, n] of happens.calls.entries()) {
        world.letGo(n, at === happens.calls.length - 1 ? happens.fate : 'answered');
        await settled();
      }
      break;
    case 'decide':
      world.decide(happens.n, happens.lane);
      break;
    case 'relay':
      world.relay(happens.n);
      break;
    case 'crash':
      world.crash(happens.n);
      break;
    case 'notice':
      world.notice(happens.n);
      break;
    case 'fail over':
      await world.failOver(happens.cutOff);
      break;
    case 'replicate':
      world.replicate();
      break;
    case 'flush':
      await world.flush();
      break;
    case 'lobby reads':
      world.lobbyReads();
  }
  await settled();
}

const moves = fc.array(move, { minLength: 10, maxLength: 60, size: 'max' });
const order = fc.array(fc.nat({ max: 9 }), { minLength: 7, maxLength: 7 });

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Everybody is connected to the one server again, and one process relays until nothing waits; what is left is carried out in any order. */
async function comeToRest(world: PublishingWorld, order: readonly number[]): Promise<void> {
  world.heal();
  let calls = 0;
  for (let turns = 0; turns < 3 || pending(world.world) > 0 || world.steps.length > 0; turns += 1) {
    expect(turns, 'publishing does not come to rest').toBeLessThan(200);
    world.relay(0);
    for (let left = 2000; world.steps.length > 0 && left > 0; left -= 1) {
      world.letGo(order[calls % order.length] ?? 0, 'answered');
      calls += 1;
      await settled();
    }
  }
  world.lobbyReads();
}

/** What Lobby can't make sense of: each result comes once and in order, save that one it had read and the server lost comes once more. */
function wrongIn({ lobby, decided }: PublishingWorld): string[] {
  const wrong: string[] = [];
  const again = [...lobby.again];
  for (const game of GAMES) {
    let last = 0;
    for (const text of lobby.read.filter((one) => one.startsWith(game))) {
      const number = Number(text.slice(1));
      if (number !== last + 1) {
        const at = again.indexOf(text);
        if (at < 0) wrong.push(`${text} after ${game}${String(last)}`);
        else again.splice(at, 1);
      }
      last = number;
    }
    if (last !== (decided.get(game) ?? 0)) wrong.push(`the last of ${game} is ${String(last)}`);
  }
  return wrong;
}

it('no result is lost, doubled or out of order for Lobby, save what it had read and the server lost', async () => {
  await fc.assert(
    fc.asyncProperty(moves, order, async (moves, order) => {
      const world = makePublishingWorld(PROCESSES);
      for (const happens of moves) await make(world, happens);
      await comeToRest(world, order);
      expect({ wrong: wrongIn(world), moves: world.lobby.read }).toMatchObject({ wrong: [] });
      const decidedIn = (lane: string) => Array.from({ length: world.decided.get(lane) ?? 0 }, (_, n) => `${lane}${String(n + 1)}`);
      expect(publishedLetters(world.world)).toEqual(decidedIn('letters'));
      expect(entriesOf(world.world, 'runtime:job_outcomes').map((entry) => entry['job_entry_id'])).toEqual(decidedIn('outcomes'));
    }),
    { numRuns: 1000 },
  );
}, 120_000);
