import { type FakeDockerEngine, startFakeDockerEngine } from '@galaxy/fake-docker';
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '@galaxy/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorldOn, type World } from '../harness/service-world.js';
import { jobCount, seed } from '../harness/test-scale.js';
import { EAGER, runChaos } from './chaos-run.js';
import { departedOf, everRan, overlapsOn } from './fake-engine-facts.js';
import { fakeEngineFaults } from './fake-engine-faults.js';
import { makeMeddlingNotes } from './meddling-notes.js';
import { type Replica, startReplica } from './replica.js';
import { networkFaults, processFaults } from './replica-faults.js';
import { tell } from './report.js';
import { backendFaults, serverFaults } from './server-faults.js';

const [JOBS, FAULTS, GAMES, REPLICAS] = [jobCount(800), jobCount(24), 100, 3];

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

it(`${REPLICAS} replicas answer ${JOBS} jobs exactly once each, in order, among ${FAULTS} faults of everything around them`, {
  timeout: 180_000 + FAULTS * 10_000,
}, async () => {
  await Promise.all(replicas.map(({ process }) => process.untilReady()));
  const complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);
  const notes = makeMeddlingNotes(() => departedOf(engine));
  const outcome = await runChaos({
    name: 'chaos on a fake engine',
    seed,
    world,
    replicas,
    jobs: JOBS,
    games: GAMES,
    ahead: 150,
    faultCount: FAULTS,
    atOnce: 2,
    peaceMs: 1500,
    notes,
    faults: (lanes) => [
      ...processFaults(replicas, complain),
      ...networkFaults(replicas),
      ...serverFaults({ name: 'redis', server: redis, polite: 'SIGTERM' }),
      ...serverFaults({ name: 'postgres', server: postgres, polite: 'SIGINT' }),
      ...backendFaults(postgres),
      ...fakeEngineFaults(engine, notes, lanes),
    ],
    ran: () => everRan(engine),
    complaints: () => [...complaints, ...overlapsOn(engine)],
  });
  tell(outcome, replicas);
  expect(outcome.violations, `seed ${seed}`).toEqual([]);
});
