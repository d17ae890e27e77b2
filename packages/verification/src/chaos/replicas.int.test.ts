import { type FakeDockerEngine, startFakeDockerEngine } from '@galaxy/fake-docker';
import { type FreshDatabase, freshDatabase, type RedisServer, startRedis, testServers } from '@galaxy/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorldOn, type World } from '../harness/service-world.js';
import { jobCount, seed } from '../harness/test-scale.js';
import { changesAfterTakeOver } from './changes-after-take-over.js';
import { EAGER, runChaos } from './chaos-run.js';
import { type DockerTap, tapDocker } from './docker-tap.js';
import { noteExternalChanges } from './external-changes.js';
import { departedOf, everRan, overlapsOn } from './fake-engine-facts.js';
import { type Replica, startReplica } from './replica.js';
import { processInjections } from './replica-injections.js';
import { tell } from './report.js';

const [JOBS, PAUSES, REPLICAS] = [jobCount(100), jobCount(10), 3];

let redis: RedisServer;
let database: FreshDatabase;
let engine: FakeDockerEngine;
let taps: readonly DockerTap[];
let world: World;
let replicas: readonly Replica[];
beforeAll(async () => {
  [redis, database, engine] = await Promise.all([startRedis(), freshDatabase(testServers().postgresUrl), startFakeDockerEngine({ seed })]);
  taps = await Promise.all(Array.from({ length: REPLICAS }, () => tapDocker(engine.host)));
  world = openWorldOn({ redisUrl: redis.url, postgresUrl: database.url, dockerHost: engine.host });
  replicas = await Promise.all(taps.map(({ host }) => startReplica(world, { ...EAGER, RTMANAGER_DOCKER_HOST: host })));
});
afterAll(async () => {
  await world.close();
  await Promise.all([...replicas.map((replica) => replica.close()), ...taps.map((tap) => tap.stop())]);
  await Promise.all([redis.stop(), database.drop(), engine.stop()]);
});

it(`${REPLICAS} replicas answer ${JOBS} jobs exactly once each, in order, though they freeze, die or end ${PAUSES} times`, {
  timeout: 180_000 + PAUSES * 10_000,
}, async () => {
  // Slow calls, so that most freezes happen during an operation.
  engine.injections.onCall({ injection: { kind: 'delay', ms: 300 }, endpoint: ['create', 'start', 'stop', 'remove'] });
  await Promise.all(replicas.map(({ process }) => process.untilReady()));
  const roles = (await Promise.all(replicas.map(({ process }) => process.readyz()))).map(({ role }) => role);
  expect(roles.toSorted()).toEqual(['leader', ...replicas.slice(1).map(() => 'standby')]);
  const complaints: string[] = [];
  const outcome = await runChaos({
    name: `${REPLICAS} replicas`,
    seed,
    world,
    replicas,
    jobs: JOBS,
    games: 30,
    ahead: 60,
    injectionCount: PAUSES,
    atOnce: REPLICAS,
    maxPauseMs: 1000,
    notes: noteExternalChanges(() => departedOf(engine)),
    injections: () => processInjections(replicas, (complaint) => void complaints.push(complaint), { weight: 60, whileWaiting: true }),
    ran: () => everRan(engine),
    complaints: () => [
      ...complaints,
      ...overlapsOn(engine),
      // A replica that was frozen has lost its claims when it goes on. It must not touch their containers.
      ...changesAfterTakeOver(
        replicas.map(({ processes }, at) => ({ processes, changes: taps[at]?.changes ?? [] })),
        engine.audit.lives,
      ),
    ],
  });
  tell(outcome, replicas);
  expect(outcome.violations, `seed ${seed}`).toEqual([]);
});
