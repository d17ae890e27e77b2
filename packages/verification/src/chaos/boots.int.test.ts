import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeDockerEngine, startFakeDockerEngine } from '@galaxy/fake-docker';
import { engineImages, type RedisServer, startRedis, testServers } from '@galaxy/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publishStart, untilResults } from '../harness/streams.js';
import { jobCount, processesAtOnce, seed } from '../harness/test-scale.js';
import { inFreshWorld } from './fresh-world.js';
import { PROXIED, type Proxied, type Replica, startReplica } from './replica.js';

const REPLICAS = processesAtOnce(5);
const ROUNDS = jobCount(4);
/** By then the pause of the service between two tries has grown to five seconds. */
const READY_MS = 10_000;
/** A try that is under way when the process finds all servers may fail; the next one may not. */
const FAILURES_AFTER = 1;
const HEALTHY: readonly Proxied[] = [];

let redis: RedisServer;
let engine: FakeDockerEngine;
beforeAll(async () => {
  [redis, engine] = await Promise.all([startRedis({ args: ['--databases', String(ROUNDS)] }), startFakeDockerEngine()]);
});
afterAll(() => Promise.all([redis.stop(), engine.stop()]));

/** For each round: which servers are missing, how, and for how long. */
const rounds = fc
  .sample(fc.noBias(fc.record({ mode: fc.constantFrom('refuse' as const, 'hold' as const), forMs: fc.integer({ min: 500, max: 4000 }) })), {
    numRuns: ROUNDS,
    seed,
  })
  .map((round, at) => {
    const away = [['postgres'], ['redis'], ['container_engine'], PROXIED, HEALTHY] as const satisfies readonly (readonly Proxied[])[];
    return { ...round, away: away[at % away.length] ?? HEALTHY };
  });

it(`${ROUNDS * REPLICAS} boots, ${REPLICAS} at once on a fresh database, are ready soon after the last server came, and work by their second try`, {
  timeout: 60_000 + ROUNDS * 60_000,
}, async () => {
  const readyMs: number[] = [];
  for (const [number, { away, mode, forMs }] of rounds.entries()) {
    const what = `seed ${seed}, round ${number}: ${away.join(', ') || 'nothing'} missing (${mode})`;
    await inFreshWorld(
      { redisUrl: `${redis.url}/${number}`, postgresUrl: testServers().postgresUrl, dockerHost: engine.host },
      async (world) => {
        const replicas = await Promise.all(
          Array.from({ length: REPLICAS }, () => startReplica(world, {}, Object.fromEntries(away.map((server) => [server, mode])))),
        );
        await Promise.all(replicas.map((replica) => misses(replica, away, what)));
        await sleep(forMs);
        const cameAt = performance.now();
        await Promise.all(replicas.flatMap(({ proxies }) => away.map((server) => proxies[server].set({ kind: 'pass' }))));
        const linesWhenReady = await Promise.all(replicas.map(({ process }) => process.untilReady().then(() => process.log.length)));
        readyMs.push(performance.now() - cameAt);
        await publishStart(world.redis, 'first', engineImages.current);
        expect(await untilResults(world, 'first', 1), what).toMatchObject([{ outcome: 'success', error_code: '' }]);
        for (const [at, replica] of replicas.entries()) expect(failuresAfter(replica, linesWhenReady[at] ?? 0), what).toEqual([]);
        const exits = await Promise.all(replicas.map(({ process }) => process.end('SIGTERM')));
        expect(exits, what).toEqual(replicas.map(() => ({ code: 0, signal: null })));
        expect(world.problems(), what).toEqual([]);
        await Promise.all(replicas.map((replica) => replica.close()));
      },
    );
  }
  const slowest = Math.max(...readyMs);
  console.log(
    `seed ${seed}: boots: ${ROUNDS * REPLICAS} boots, 0 failed; ready at the latest ${(slowest / 1000).toFixed(1)} s after the last server came`,
  );
  expect(slowest, `seed ${seed}`).toBeLessThan(READY_MS);
});

/** The loops that failed too often by the lines of the log from `from` on, each with its last error. */
function failuresAfter({ process }: Replica, from: number): string[] {
  const failed = process.log.slice(from).filter(({ event }) => event === 'loop_failed');
  return failed
    .filter(({ loop }, at) => failed.slice(0, at).filter((earlier) => earlier['loop'] === loop).length === FAILURES_AFTER)
    .map((line) => JSON.stringify(line));
}

/** Checks that a replica stays up and reports the missing servers. */
async function misses({ process }: Replica, away: readonly Proxied[], what: string): Promise<void> {
  const { dependencies } = await process.readyz();
  for (const server of away) expect(dependencies[server]?.ok, what).toBe(false);
}
