import type { Redis } from 'ioredis';
import { offencesAgainst } from './contract.js';
import type { PublishedJob } from './lobby-run.js';
import { KEYS, type Written, written } from './streams.js';

/**
 * Checks the named outcomes: each job has one, in the order of its game, with its own names, the number of its result and the fields of
 * that. The first `without` jobs were answered while outcomes were off.
 */
export async function checkOutcomes(
  redis: Redis,
  jobs: readonly PublishedJob[],
  results: readonly Written[],
  without: number,
): Promise<string[]> {
  const outcomes = await written(redis, KEYS.outcomes);
  const seen = new Map<string, number>();
  const expected = jobs.flatMap(({ stream, entryId, meaning: { lane } }, at) => {
    if (lane === null) return [];
    const number = (seen.get(lane) ?? 0) + 1;
    seen.set(lane, number);
    const result = results.filter((one) => one['game_id'] === lane)[number - 1] ?? {};
    return at < without ? [] : [{ ...result, job_stream: KEYS[stream], job_entry_id: entryId, number: String(number) }];
  });
  const lanes = new Set([...seen.keys(), ...outcomes.map((outcome) => outcome['game_id'] ?? '')]);
  const wrong = [...lanes].flatMap((lane) => {
    const told = outcomes.filter((one) => one['game_id'] === lane).map(inOrder);
    const wanted = expected.filter((one) => (one as Written)['game_id'] === lane).map(inOrder);
    return told.join('\n') === wanted.join('\n') ? [] : [`outcomes of ${lane}: ${told.join(' ')} instead of ${wanted.join(' ')}`];
  });
  return [...outcomes.flatMap((outcome) => offencesAgainst('RuntimeJobOutcomePayload', outcome)), ...wrong];
}

// The operation's id is nobody's to know here.
const inOrder = (fields: Written): string =>
  JSON.stringify(
    Object.entries(fields)
      .filter(([name]) => name !== 'op_id')
      .sort(),
  );
