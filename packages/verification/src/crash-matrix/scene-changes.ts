import { uniqueName } from '@galaxy/testing';
import type { World } from '../harness/service-world.js';
import { KEYS } from '../harness/streams.js';

/** As a database that was restored from before the start would. */
export async function forgetRecords({ sql }: World): Promise<void> {
  await sql`delete from runtime_records`;
}

/** As a start of long ago that reached the engine late would: created under its game's name, never started, known to nobody. */
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

/** More than may be removed without a question. */
export async function leaveOrphans(world: World): Promise<void> {
  await Promise.all(Array.from({ length: 6 }, () => leaveOrphan(world)));
}

/** As a database that came from beside another container engine would. */
export async function changeEngine({ sql }: World): Promise<void> {
  await sql`update runtime_settings set value = 'another engine' where key = 'engine_id'`;
}

/** A stop was there and was trimmed while nobody read. */
export async function trimUnread({ redis }: World): Promise<void> {
  await redis.multi().xadd(KEYS.stop_jobs, '1-1', 'game_id', 'lost').xtrim(KEYS.stop_jobs, 'MAXLEN', 0).exec();
}

/** As a Redis without its latest writes would: there is no result yet, and none was ever held. */
export async function takeBackResults({ redis }: World): Promise<void> {
  await redis.multi().del(KEYS.results, `${KEYS.results}:published`).hset(`${KEYS.results}:publisher`, 'last_outbox_id', 0).exec();
}

/** As a Redis that was flushed would, but for the jobs. */
export async function loseResults({ redis }: World): Promise<void> {
  await redis.del([KEYS.results, KEYS.deadLetters].flatMap((key) => [key, `${key}:published`, `${key}:publisher`]));
}

/** What was published longer ago than it would be sent again is held no more. */
export async function forgetNumbers({ redis, sql }: World): Promise<void> {
  await sql`update runtime_outbox set published_at = published_at - interval '2 hours'`;
  await redis.del(`${KEYS.results}:published`, `${KEYS.deadLetters}:published`);
}

/** What was published first is so old that it is not kept. */
export async function ageFirstMessage({ sql }: World): Promise<void> {
  await sql`update runtime_outbox set published_at = published_at - interval '8 days' where number = 1`;
}

/** Redis remembers results and dead letters that the database knows nothing of: it was restored from before they were marked. */
export async function publishAhead({ redis, sql }: World): Promise<void> {
  const [row] = await sql<{ lane: string }[]>`update runtime_outbox set published_at = null returning lane`;
  if (row === undefined) throw new Error('there is no result yet');
  await redis.hset(`${KEYS.results}:publisher`, 'last_outbox_id', 1000);
  await redis.hset(`${KEYS.results}:published`, row.lane, 5);
  await redis.hset(`${KEYS.deadLetters}:published`, 'a lane', 7);
}

/** As {@link publishAhead}, and an entry that was taken in is not in the database either. */
export async function workAhead(world: World): Promise<void> {
  await publishAhead(world);
  await trimUnread(world);
  await world.redis.set('runtime:stream_offsets:stopjobs', '1-1');
}
