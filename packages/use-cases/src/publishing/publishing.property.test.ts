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
  | { readonly kind: 'prune and forget'; readonly n: number; readonly atOnce: boolean }
  | { readonly kind: 'fail over'; readonly cutOff: readonly boolean[] }
  | { readonly kind: 'replicate' | 'flush' | 'lobby reads' | 'time passes' };

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
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time passes') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('prune and forget'), n: process, atOnce: fc.boolean() }) },
);
/** What happens on a server that loses nothing, where lanes are silent for long and the calls of frozen processes arrive late. */
const calmMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('let go'), calls: fc.array(fc.nat({ max: 9 }), { maxLength: 4 }), fate }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('decide'), n: process, lane: fc.constantFrom(...GAMES, 'letters', 'outcomes') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('relay'), n: process }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lobby reads') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('time passes') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('prune and forget'), n: process, atOnce: fc.boolean() }) },
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
    case 'prune and forget':
      await world.pruneAndForget(happens.n, happens.atOnce);
      break;
    case 'time passes':
      await world.passTime();
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
const calmMoves = fc.array(calmMove, { minLength: 10, maxLength: 40, size: 'max' });
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

/** All messages of a lane in order, except for old ones that the server has lost. */
function expectedIn(lane: string, found: readonly (string | undefined)[], { decided, old }: PublishingWorld): string[] {
  const numbers = Array.from({ length: decided.get(lane) ?? 0 }, (_, n) => n + 1);
  const expected = numbers.filter((number) => number > (old.get(lane) ?? 0) || found.includes(`${lane}${String(number)}`));
  return expected.map((number) => `${lane}${String(number)}`);
}

async function holdsAfter(moves: readonly Move[], order: readonly number[]): Promise<void> {
  const world = makePublishingWorld(PROCESSES);
  for (const happens of moves) await make(world, happens);
  await comeToRest(world, order);
  expect({ wrong: wrongIn(world), moves: world.lobby.read }).toMatchObject({ wrong: [] });
  const letters = publishedLetters(world.world);
  expect(letters).toEqual(expectedIn('letters', letters, world));
  const outcomes = entriesOf(world.world, 'runtime:job_outcomes').map((entry) => entry['job_entry_id'] ?? '');
  expect(outcomes).toEqual(expectedIn('outcomes', outcomes, world));
}

it('no result is lost, doubled or out of order for Lobby, save what it had read and the server lost', async () => {
  await fc.assert(fc.asyncProperty(moves, order, holdsAfter), { numRuns: 1000 });
}, 120_000);

it('of a server that forgets silent lanes, no result is lost, doubled or out of order', async () => {
  await fc.assert(fc.asyncProperty(calmMoves, order, holdsAfter), { numRuns: 2000 });
}, 120_000);
