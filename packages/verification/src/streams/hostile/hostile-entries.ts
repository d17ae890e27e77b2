import type { JobStreamName } from '@galaxy/domain';

/** What must happen to an entry, unless it is lost before it is read. */
export type Fate = 'queued' | 'answered_and_dead_lettered' | 'dead_lettered';

/** An entry to add. Its fields hold its number, so that its outcome can be found. */
export interface HostileEntry {
  readonly number: number;
  readonly fate: Fate;
  readonly fields: readonly (readonly [string | Buffer, string | Buffer])[];
}

/** Draws whole numbers from 0 to below a bound. */
export type Dice = (below: number) => number;

/** The same seed gives the same numbers (mulberry32). */
export function diceOf(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const gameId = (number: number): string => `hostile-${String(number)}`;

/** The number of the entry that named this game. */
export function numberOfGame(id: string): number {
  return Number(id.slice('hostile-'.length));
}

/** The number of an entry, from the raw text in its dead letter. */
export function numberOfRaw(raw: string): number {
  const parts = (JSON.parse(raw) as string[][]).flat().map((part) => Buffer.from(part, 'base64').toString('latin1'));
  return Number(parts.find((part) => /^#\d+$/.test(part))?.slice(1));
}

/** Mostly a good entry, sometimes a good one with repeated fields, and one time in twenty an entry that cannot be decoded. */
export function hostileEntry(stream: JobStreamName, number: number, dice: Dice): HostileEntry {
  const mark = ['n', `#${String(number)}`] as const;
  const game = ['game_id', gameId(number)] as const;
  const rest = stream === 'start_jobs' ? (['image_ref', 'games/engine:1'] as const) : (['reason', 'cancelled'] as const);
  if (dice(20) > 0)
    return { number, fate: 'queued', fields: dice(10) > 0 ? [mark, game, rest] : [mark, ['game_id', 'other'], game, rest, rest] };
  const answered = { number, fate: 'answered_and_dead_lettered' } as const;
  const poison: readonly HostileEntry[] = [
    {
      number,
      fate: 'dead_lettered',
      fields: [
        [Buffer.from([0xff, 0, 0x0a]), mark[1]],
        ['game_id', Buffer.from([0xc3, 0x28])],
      ],
    },
    {
      number,
      fate: 'dead_lettered',
      fields: [
        ['', mark[1]],
        ['', ''],
        ['', ''],
      ],
    },
    { ...answered, fields: [mark, game, rest, ['blob', 'x'.repeat(20_000)]] },
    { ...answered, fields: [mark, game, rest, ...Array.from({ length: 5000 }, () => ['', ''] as const)] },
    { ...answered, fields: [mark, game, [rest[0], Buffer.from([0xff])]] },
    { ...answered, fields: [mark, game, rest, ['requested_at_ms', '{"a":'.repeat(1000)]] },
  ];
  return poison[dice(poison.length)] ?? { ...answered, fields: [mark, game] };
}

/** An entry of 50 MB. */
export function hugeEntry(number: number): HostileEntry {
  const fields = [
    ['n', `#${String(number)}`],
    ['game_id', gameId(number)],
    ['blob', Buffer.alloc(50 * 2 ** 20, 'x')],
  ] as const;
  return { number, fate: 'answered_and_dead_lettered', fields };
}
