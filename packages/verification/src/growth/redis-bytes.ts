import { ManualClock } from '@galaxy/adapter-memory';
import { migrate, PostgresExecutor, PostgresOutbox } from '@galaxy/adapter-postgres';
import { RedisConnection, RedisDeadLetterPublisher, RedisNumberedResultPublisher } from '@galaxy/adapter-redis';
import type { NumberedJobResult, OutboxEntry } from '@galaxy/manager-ports';
import { freshDatabase, startRedis, testServers, waitFor } from '@galaxy/testing';
import { makeForgetLanes, makePruneOutbox, makeTrimPublished } from '@galaxy/use-cases';
import { Redis } from 'ioredis';
import postgres from 'postgres';

const WEEK_MS = 7 * 24 * 3_600_000;
const LAST_ENTRIES = 500;
const AT_ONCE = 1000;
const observer = { observe: () => undefined };

/** The results of so many games: published, then deleted, forgotten and trimmed. Tells what Redis held before and after. */
export async function bytesFor(games: number) {
  const database = await freshDatabase(testServers().postgresUrl);
  await migrate(database.url);
  const [sql, executor] = [postgres(database.url, { max: 1, onnotice: () => undefined }), new PostgresExecutor({ url: database.url })];
  const server = await startRedis();
  const [redis, commands] = [new Redis(server.url), new RedisConnection({ server: server.url, role: 'commands' })];
  try {
    await waitFor('redis', () => commands.ping().then(() => true));
    const outbox = new PostgresOutbox(executor);
    const [results, deadLetters] = [new RedisNumberedResultPublisher({ commands }), new RedisDeadLetterPublisher({ commands })];
    await sql`
      insert into runtime_outbox (kind, lane, number, numbered, dedupe_key, payload)
      select 'job_result', 'game-' || n, 1, true, n, json_build_object('gameId', 'game-' || n, 'outcome', 'success', 'containerId', md5(n::text),
        'engineEndpoint', 'http://galaxy-game-' || n || ':8080', 'errorCode', '', 'errorMessage', '') from generate_series(1, ${games}) as n`;
    await results.adoptEpoch(0n, null, null);
    for (let some = await outbox.pending(AT_ONCE); some.length > 0; some = await outbox.pending(AT_ONCE))
      await outbox.markPublished(await Promise.all(some.map((entry) => publish(results, entry))));
    const before = await bytesIn(redis);
    await sql`update runtime_outbox set published_at = published_at - interval '8 days'`;
    const { signal } = new AbortController();
    await makePruneOutbox({ outbox, observer, retentionMs: WEEK_MS })(signal);
    // Transactions of others in this cluster must end first.
    const forget = makeForgetLanes({ outbox, results, deadLetters, observer, resendWithinMs: 3_600_000 });
    await waitFor('certainty', () => forget(signal));
    const clock = new ManualClock();
    const lease = { name: 'coordinator', holder: 'h', epoch: 1n };
    const trim = makeTrimPublished({ results, clock, observer, limit: { kind: 'length', entries: LAST_ENTRIES }, resendWithinMs: 0 });
    let trimmed = false;
    void trim(lease, signal).then(() => (trimmed = true));
    await waitFor('the end of trimming', async () => {
      await clock.advance(60_000);
      return trimmed;
    });
    return { games, before, after: await bytesIn(redis) };
  } finally {
    redis.disconnect();
    commands.close();
    await Promise.all([server.stop(), executor.close(), sql.end({ timeout: 1 })]);
    await database.drop();
  }
}

async function publish(results: RedisNumberedResultPublisher, { id, epoch, message }: OutboxEntry) {
  const outcome = await results.publish(message as NumberedJobResult, { epoch, outboxId: id });
  if (outcome.kind !== 'published') throw new Error(outcome.kind);
  return { id, epoch, entryId: outcome.entryId };
}

/** The memory of all keys, and that of the whole data set with what the server needs for it. */
async function bytesIn(redis: Redis): Promise<{ readonly keys: number; readonly dataset: number }> {
  const usage = await Promise.all((await redis.keys('*')).map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
  const [, dataset] = /used_memory_dataset:(\d+)/.exec(await redis.info('memory')) ?? [];
  return { keys: usage.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0), dataset: Number(dataset) };
}
