import { uniqueName } from '@galaxy/testing';
import type { World } from '../harness/service-world.js';
import { KEYS } from '../harness/streams.js';

/** Simulates a database that was restored to a state before the start. */
export async function forgetRecords({ sql }: World): Promise<void> {
  await sql`delete from runtime_records`;
}

/** Simulates an old start whose call to create came late: a container with its game's name, never started, that no record knows. */
export async function leaveOrphan({ docker, sql, network }: World): Promise<void> {
  const [row] = await sql<{ id: string }[]>`select current_container_id as id from runtime_records`;
  if (row === undefined) throw new Error('there is no container to make an orphan after');
  const made = await docker.json<{ Config: { Labels: Record<string, string> }; HostConfig: object }>({
    method: 'GET',
    path: `/containers/${row.id}/json`,
  });
  const game = uniqueName('orphan');
  const json = {
    ...made.Config,
    Labels: { ...made.Config.Labels, 'galaxy.game_id': game },
    HostConfig: made.HostConfig,
    NetworkingConfig: { EndpointsConfig: { [network]: {} } },
  };
  await docker.json({ method: 'POST', path: `/containers/create?name=galaxy-game-${game}`, json });
}

/** Leaves more orphans than the reconciler may remove without a confirmation. */
export async function leaveOrphans(world: World): Promise<void> {
  await Promise.all(Array.from({ length: 6 }, () => leaveOrphan(world)));
}

/** Simulates a database that was used with another container engine before. */
export async function changeEngine({ sql }: World): Promise<void> {
  await sql`update runtime_settings set value = 'another engine' where key = 'engine_id'`;
}

/** Adds a stop job and trims it away before it is read. */
export async function trimUnread({ redis }: World): Promise<void> {
  await redis.multi().xadd(KEYS.stop_jobs, '1-1', 'game_id', 'lost').xtrim(KEYS.stop_jobs, 'MAXLEN', 0).exec();
}

/** Simulates a Redis that lost its latest writes: it has no result yet, and no number of one. */
export async function takeBackResults({ redis }: World): Promise<void> {
  await redis.multi().del(KEYS.results, `${KEYS.results}:published`).hset(`${KEYS.results}:publisher`, 'last_outbox_id', 0).exec();
}

/** Simulates a flushed Redis that still has its jobs. */
export async function loseResults({ redis }: World): Promise<void> {
  await redis.del([KEYS.results, KEYS.deadLetters, KEYS.outcomes].flatMap((key) => [key, `${key}:published`, `${key}:publisher`]));
}

/** Makes all messages older than the resend window, and removes their numbers from Redis. */
export async function forgetNumbers({ redis, sql }: World): Promise<void> {
  await sql`update runtime_outbox set published_at = published_at - interval '2 hours'`;
  await redis.del(`${KEYS.results}:published`, `${KEYS.deadLetters}:published`, `${KEYS.outcomes}:published`);
}

/** Makes the first message of each lane older than the retention. */
export async function ageFirstMessage({ sql }: World): Promise<void> {
  await sql`update runtime_outbox set published_at = published_at - interval '8 days' where number = 1`;
}

/** Simulates a database that was restored: Redis has numbers of results and dead letters that the database does not know. */
export async function publishAhead({ redis, sql }: World): Promise<void> {
  const [row] = await sql<{ lane: string }[]>`update runtime_outbox set published_at = null returning lane`;
  if (row === undefined) throw new Error('there is no result yet');
  await redis.hset(`${KEYS.results}:publisher`, 'last_outbox_id', 1000);
  await redis.hset(`${KEYS.results}:published`, row.lane, 5);
  await redis.hset(`${KEYS.deadLetters}:published`, 'a lane', 7);
}

/** As {@link publishAhead}; the database does not know an entry either that was ingested. */
export async function workAhead(world: World): Promise<void> {
  await publishAhead(world);
  await trimUnread(world);
  await world.redis.set('runtime:stream_offsets:stopjobs', '1-1');
}
