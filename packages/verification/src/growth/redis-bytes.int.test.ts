import { expect, it } from 'vitest';
import { bytesFor } from './redis-bytes.js';

const GAMES = { few: 2000, many: 20_000 };

it('Redis needs no more for twenty thousand games than for two thousand, once they are old', async () => {
  const [few, many] = await Promise.all([bytesFor(GAMES.few), bytesFor(GAMES.many)]);
  console.table(
    [few, many].map(({ games, before, after }) => ({
      games,
      'keys before, bytes': before.keys,
      'keys after, bytes': after.keys,
      'dataset before': before.dataset,
      'dataset after': after.dataset,
    })),
  );
  expect(many.before.keys / few.before.keys).toBeGreaterThan(5);
  expect(many.after.keys / few.after.keys).toBeLessThanOrEqual(1.1);
});
