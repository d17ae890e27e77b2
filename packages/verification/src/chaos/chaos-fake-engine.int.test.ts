import { type FakeDockerEngine, startFakeDockerEngine } from '@galaxy/fake-docker';
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '@galaxy/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorldOn, type World } from '../harness/service-world.js';
import { jobCount, seed } from '../harness/test-scale.js';
import { EAGER, runChaos } from './chaos-run.js';
import { noteExternalChanges } from './external-changes.js';
import { departedOf, everRan, overlapsOn } from './fake-engine-facts.js';
import { fakeEngineInjections } from './fake-engine-injections.js';
import { heldRowInjections } from './held-row-injections.js';
import { type Replica, startReplica } from './replica.js';
import { networkInjections, processInjections } from './replica-injections.js';
import { tell } from './report.js';
import { backendInjections, serverInjections } from './server-injections.js';

const [JOBS, INJECTIONS, GAMES, REPLICAS] = [jobCount(800), jobCount(24), 100, 3];

let redis: RedisServer;
let postgres: PostgresServer;
let engine: FakeDockerEngine;
let world: World;
let replicas: readonly Replica[];
beforeAll(async () => {
  [redis, postgres, engine] = await Promise.all([startRedis(), startPostgres(), startFakeDockerEngine({ seed })]);
  world = openWorldOn({ redisUrl: redis.url, postgresUrl: postgres.url, dockerHost: engine.host });
  replicas = await Promise.all(Array.from({ length: REPLICAS }, () => startReplica(world, EAGER)));
}, 120_000);
afterAll(async () => {
  await world.close();
  await Promise.all(replicas.map((replica) => replica.close()));
  await Promise.all([redis.stop(), postgres.stop(), engine.stop()]);
});

it(`${REPLICAS} replicas answer ${JOBS} jobs exactly once each, in order, under ${INJECTIONS} injections into everything around them`, {
  timeout: 180_000 + INJECTIONS * 10_000,
}, async () => {
  await Promise.all(replicas.map(({ process }) => process.untilReady()));
  const complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);
  const notes = noteExternalChanges(() => departedOf(engine));
  const outcome = await runChaos({
    name: 'chaos on a fake engine',
    seed,
    world,
    replicas,
    jobs: JOBS,
    games: GAMES,
    ahead: 150,
    injectionCount: INJECTIONS,
    atOnce: 2,
    maxPauseMs: 1500,
    notes,
    injections: (lanes) => [
      ...processInjections(replicas, complain),
      ...networkInjections(replicas),
      ...serverInjections({ name: 'redis', server: redis, polite: 'SIGTERM' }),
      ...serverInjections({ name: 'postgres', server: postgres, polite: 'SIGINT' }),
      ...backendInjections(postgres),
      ...heldRowInjections(postgres.url, Math.min(60_000, jobCount(5000))),
      ...fakeEngineInjections(engine, notes, lanes),
    ],
    ran: () => everRan(engine),
    complaints: () => [...complaints, ...overlapsOn(engine)],
  });
  tell(outcome, replicas);
  expect(outcome.violations, `seed ${seed}`).toEqual([]);
});
