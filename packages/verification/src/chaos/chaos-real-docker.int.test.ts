import {
  buildEngineImages,
  type DockerEngine,
  type PostgresServer,
  type RedisServer,
  startDockerEngine,
  startPostgres,
  startRedis,
} from '@galaxy/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchContainers } from '../harness/container-watch.js';
import { containersOf, openWorldOn, type World } from '../harness/service-world.js';
import { jobCount, seed } from '../harness/test-scale.js';
import { EAGER, runChaos } from './chaos-run.js';
import { dockerInjections } from './docker-injections.js';
import { containerProcesses, shims } from './docker-processes.js';
import { noteExternalChanges } from './external-changes.js';
import { type Replica, startReplica } from './replica.js';
import { networkInjections, processInjections } from './replica-injections.js';
import { tell } from './report.js';
import { backendInjections, serverInjections } from './server-injections.js';

const [JOBS, INJECTIONS, GAMES, REPLICAS] = [jobCount(60), jobCount(9), 20, 2];

let redis: RedisServer;
let postgres: PostgresServer;
let engine: DockerEngine;
let world: World;
let replicas: readonly Replica[];
beforeAll(async () => {
  [redis, postgres, engine] = await Promise.all([startRedis(), startPostgres(), startDockerEngine()]);
  await buildEngineImages(engine);
  world = openWorldOn({ redisUrl: redis.url, postgresUrl: postgres.url, dockerHost: engine.host });
  replicas = await Promise.all(Array.from({ length: REPLICAS }, () => startReplica(world, EAGER)));
}, 180_000);
afterAll(async () => {
  await world.close();
  await Promise.all(replicas.map((replica) => replica.close()));
  await Promise.all([redis.stop(), postgres.stop(), engine.stop()]);
}, 120_000);

it(`${REPLICAS} replicas answer ${JOBS} jobs exactly once each, in order, under ${INJECTIONS} injections into a real engine and all servers`, {
  timeout: 240_000 + INJECTIONS * 15_000,
}, async () => {
  await Promise.all(replicas.map(({ process }) => process.untilReady()));
  const complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);
  const watch = watchContainers(engine, world.instance);
  const notes = noteExternalChanges(() => watch.departed);
  const outcome = await runChaos({
    name: 'chaos on a real engine',
    seed,
    world,
    replicas,
    jobs: JOBS,
    games: GAMES,
    ahead: 40,
    injectionCount: INJECTIONS,
    atOnce: 2,
    maxPauseMs: 3000,
    notes,
    injections: () => [
      ...processInjections(replicas, complain),
      ...networkInjections(replicas),
      ...serverInjections({ name: 'redis', server: redis, polite: 'SIGTERM' }),
      ...serverInjections({ name: 'postgres', server: postgres, polite: 'SIGINT' }),
      ...backendInjections(postgres),
      ...dockerInjections(engine, world.instance, notes),
    ],
    ran: () => watch.ran,
    complaints: async () => [...complaints, ...(await watch.end()).violations, ...(await strangeProcesses())],
  });
  tell(outcome, replicas);
  expect(outcome.violations, `seed ${seed}`).toEqual([]);

  await Promise.all(replicas.map(({ process }) => process.end('SIGTERM')));
  const left = await containersOf(engine, world.instance);
  await Promise.all(left.map(({ Id }) => engine.call({ method: 'DELETE', path: `/containers/${Id}?force=1&v=1` })));
  const processes = () => [...containerProcesses(engine).keys()];
  await expect.poll(processes, { message: `seed ${seed}: processes left behind` }).toEqual([]);
  // A containerd that is killed while it makes or deletes a task forgets the shim of that task. No process of a container is left.
  console.info(`seed ${seed}: shims that a killed containerd left behind empty: ${shims(engine).size}`);
});

/** Containers that run without a record that says so, and records of running containers that do not run. */
async function strangeProcesses(): Promise<readonly string[]> {
  const rows = await world.sql<{ id: string }[]>`select current_container_id as id from runtime_records where status = 'running'`;
  const records = new Set(rows.map(({ id }) => id));
  const alive = containerProcesses(engine);
  return [
    ...[...alive]
      .filter(([id]) => !records.has(id))
      .map(([id, pids]) => `processes ${pids.join(', ')} of container ${id} run, and no record says so`),
    ...[...records].filter((id) => !alive.has(id)).map((id) => `no process of container ${id} runs, and a record says so`),
  ];
}
