import { checkOutcomes } from './check-outcomes.js';
import { offencesAgainst } from './contract.js';
import { byEntryId, type PublishedJob } from './lobby-run.js';
import { type ChangesUntil, explain, type GameState } from './reference-model.js';
import { containersOf, type World } from './service-world.js';
import { KEYS, type Written, written } from './streams.js';

/** A run, and what is known of it. */
export interface CheckedRun {
  readonly world: Pick<World, 'redis' | 'sql' | 'docker' | 'instance'>;
  readonly jobs: readonly PublishedJob[];
  /** True when a write of an offset has failed and was not repeated yet; default false. */
  readonly mirrorMayLag?: boolean;
  /** The external changes of a game; default: there were none. */
  readonly changesUntil?: (lane: string) => ChangesUntil;
  /** Set when named outcomes are on: how many jobs were answered before that. */
  readonly named?: number;
  /** How many published messages of each game were deleted because they were old; default 0. */
  readonly pruned?: number;
}

/**
 * Checks a run in which all work is done, and returns every violation. Each game has exactly one result per job, in the order of
 * the jobs, as the reference model allows. Every entry that the service wrote keeps the contract. Each dead letter is there once.
 * No operation is open, every message is published, and results have no gaps. Offsets are at the end of the streams. The
 * containers are as the records say.
 */
export async function violationsOf(run: CheckedRun): Promise<readonly string[]> {
  const results = await written(run.world.redis, KEYS.results);
  const states = new Map<string, readonly GameState[]>();
  return [
    ...results.flatMap((result) => offencesAgainst('RuntimeJobResultPayload', result)),
    ...checkGames(run, results, states),
    ...(await checkDeadLetters(run)),
    ...(await checkOffsets(run)),
    ...(await checkLog(run, results)),
    ...(await checkOutbox(run, results)),
    ...(await checkRecords(run, states)),
    ...(await checkContainers(run)),
    ...(run.named === undefined ? [] : await checkOutcomes(run.world.redis, run.jobs, results, run.named)),
  ];
}

function checkGames({ jobs, changesUntil }: CheckedRun, results: readonly Written[], states: Map<string, readonly GameState[]>): string[] {
  const lanes = new Set([...jobs.flatMap(({ meaning }) => meaning.lane ?? []), ...results.map((result) => result['game_id'] ?? '')]);
  return [...lanes].flatMap((lane) => {
    const meanings = jobs.map(({ meaning }) => meaning).filter((meaning) => meaning.lane === lane);
    const { problem, states: final } = explain(
      meanings,
      results.filter((result) => result['game_id'] === lane),
      changesUntil?.(lane),
    );
    states.set(lane, final);
    return problem === null ? [] : [`${lane}: ${problem}`];
  });
}

async function checkDeadLetters({ world, jobs }: CheckedRun): Promise<string[]> {
  const letters = await written(world.redis, KEYS.deadLetters);
  const expected = jobs
    .filter(({ meaning }) => meaning.kind === 'poison')
    .map(({ stream, entryId, fields }) => {
      const raw = JSON.stringify(fields.map((pair) => pair.map((part) => part.toString('base64'))));
      return `${KEYS[stream]} ${entryId} ${raw}`;
    });
  const seen = letters.map(({ source_stream, source_entry_id, raw }) => [source_stream, source_entry_id, raw].join(' '));
  return [
    ...letters.flatMap((letter) => offencesAgainst('RuntimeDeadLetterPayload', letter)),
    ...differences('dead letter', seen, expected),
  ];
}

async function checkOffsets({ world, jobs, mirrorMayLag = false }: CheckedRun): Promise<string[]> {
  const cursors = await world.sql<{ stream: string; cursor: string }[]>`select stream, cursor from runtime_stream_cursors`;
  const mirrors = { start_jobs: 'startjobs', stop_jobs: 'stopjobs' } as const;
  const found = await Promise.all(
    (['start_jobs', 'stop_jobs'] as const).map(async (stream) => {
      const last = jobs.findLast((job) => job.stream === stream)?.entryId ?? '0-0';
      const mirror = (await world.redis.get(`runtime:stream_offsets:${mirrors[stream]}`)) ?? '0-0';
      const cursor = cursors.find((row) => row.stream === stream)?.cursor ?? '0-0';
      const isMirrored = mirror === last || (mirrorMayLag && byEntryId(mirror, last) < 0);
      return isMirrored && cursor === last ? [] : [`${stream} ends at ${last}, its cursor at ${cursor}, its mirror at ${mirror}`];
    }),
  );
  return found.flat();
}

async function checkLog({ world, jobs }: CheckedRun, results: readonly Written[]): Promise<string[]> {
  const rows = await world.sql<{ game: string; stream: string; entry: string; status: string; code: string }[]>`
    select game_id as game, stream, entry_id as entry, status, error_code as code from runtime_operation_log where stream is not null order by ord`;
  const expected = jobs.flatMap(({ stream, entryId, meaning }) => (meaning.lane === null ? [] : [`${stream} ${entryId} ${meaning.lane}`]));
  const open = rows.filter(({ status }) => status !== 'succeeded' && status !== 'failed');
  const logged = rows.map(({ game, code }) => `${game} ${code}`).sort();
  const answered = results.map(({ game_id, error_code }) => `${game_id ?? ''} ${error_code ?? ''}`).sort();
  return [
    ...differences(
      'logged job',
      rows.map(({ stream, entry, game }) => `${stream} ${entry} ${game}`),
      expected,
    ),
    ...open.map(({ stream, entry, status }) => `${stream} ${entry} is still ${status}`),
    ...differences('end of a logged job', logged, answered),
  ];
}

async function checkOutbox({ world, pruned = 0 }: CheckedRun, results: readonly Written[]): Promise<string[]> {
  const lanes = await world.sql<{ lane: string; messages: number; last: number; pending: number }[]>`
    select lane, count(*)::int as messages, max(number)::int as last, (count(*) filter (where published_at is null))::int as pending
    from runtime_outbox where kind = 'job_result' group by lane`;
  const held = await world.redis.hgetall(`${KEYS.results}:published`);
  const perLane = lanes.flatMap(({ lane, messages, last, pending }) => {
    const published = results.filter((result) => result['game_id'] === lane).length;
    const numbers = [messages + pruned, last, Number(held[lane]), published];
    const isWhole = pending === 0 && new Set(numbers).size === 1;
    return isWhole ? [] : [`${lane}: of messages, last number, held number, published: ${numbers.join(', ')}; pending ${pending}`];
  });
  const waiting = await world.sql<{ id: string }[]>`select id::text from runtime_outbox where published_at is null`;
  return [...perLane, ...waiting.map(({ id }) => `outbox message ${id} was never marked as published`)];
}

async function checkRecords({ world }: CheckedRun, states: ReadonlyMap<string, readonly GameState[]>): Promise<string[]> {
  const rows = await world.sql<{ game: string; status: string; id: string | null }[]>`
    select game_id as game, status, current_container_id as id from runtime_records`;
  const told = new Map(rows.map(({ game, status, id }) => [game, id === null ? status : `${status} ${id}`]));
  return [...states].flatMap(([lane, final]) => {
    const allowed = final.map((state) => ('id' in state ? `${STATUS_OF[state.kind]} ${state.id}` : state.kind));
    const record = told.get(lane) ?? 'none';
    return allowed.includes(record) ? [] : [`${lane}: the record is ${record}, allowed is ${allowed.join(' or ')}`];
  });
}

const STATUS_OF = { running: 'running', stopped: 'stopped', down: 'engine_unreachable' } as const;

async function checkContainers({ world }: CheckedRun): Promise<string[]> {
  const containers = await containersOf(world.docker, world.instance);
  const rows = await world.sql<{ id: string; status: string }[]>`
    select current_container_id as id, status from runtime_records where current_container_id is not null`;
  return differences(
    'container',
    containers.map(({ Id, State }) => `${Id} ${State}`),
    rows.map(({ id, status }) => `${id} ${status === 'stopped' || status === 'engine_unreachable' ? 'exited' : status}`),
  );
}

/** What was seen too often, and what is missing. */
function differences(what: string, seen: readonly string[], expected: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const one of seen) counts.set(one, (counts.get(one) ?? 0) + 1);
  for (const one of expected) counts.set(one, (counts.get(one) ?? 0) - 1);
  return [...counts].flatMap(([one, count]) => {
    if (count === 0) return [];
    return [count > 0 ? `${what}, ${count} too many: ${one}` : `${what}, ${-count} missing: ${one}`];
  });
}
