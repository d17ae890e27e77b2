import { waitFor } from '@galaxy/testing';
import { type PlannedJob, publishAll } from '../harness/lobby-run.js';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import type { World } from '../harness/service-world.js';
import { KEYS } from '../harness/streams.js';
import type { OperatorCommand, Scenario } from './scenarios.js';

/** Prepares a scenario and starts the process under test. Returns when its calls count. */
export async function startUnderTest(world: World, going: Scenario, injections: string): Promise<RtmanagerProcess> {
  const variables = { ...going.variables, GALAXY_FAILPOINTS: injections, GALAXY_FAILPOINTS_ARMED: going.armed };
  if (going.armed === 'later') return startAndArm(world, going, variables);
  if (going.first.length > 0) await earlierProcess(world, going);
  if (going.command !== undefined) return startCommand(world, going.command, going, variables);
  await publish(world, going.then);
  const underTest = await world.start(variables, 'failpoints');
  if (going.ends === true) await tellToEnd(world, underTest);
  return underTest;
}

/** Waits until the hold is in force, then gives the command and returns its process. */
export async function giveCommand(world: World, { hold, words }: OperatorCommand, ...how: Variables): Promise<RtmanagerProcess> {
  const isHeld = async () => (await world.sql`select from runtime_holds where reason = ${hold}`).length > 0;
  await waitFor(`the hold ${hold}`, isHeld);
  return world.start(how[0], how.length > 0 ? 'failpoints' : 'main', words);
}

type Variables = readonly [] | readonly [variables: Readonly<Record<string, string>>];

async function startAndArm(world: World, going: Scenario, variables: Readonly<Record<string, string>>): Promise<RtmanagerProcess> {
  const underTest = await world.start(variables, 'failpoints');
  await answerFirst(world, going, underTest);
  await going.act?.(world);
  underTest.signal('SIGUSR2');
  await waitFor('the failpoints', () => underTest.log.some(({ msg }) => msg === 'armed'), { hopeless: underTest.gone });
  await publish(world, going.then);
  return underTest;
}

async function earlierProcess(world: World, going: Scenario): Promise<void> {
  const earlier = await world.start();
  await answerFirst(world, going, earlier);
  await earlier.end('SIGTERM');
  await going.act?.(world);
}

async function startCommand(
  world: World,
  command: OperatorCommand,
  { variables, then }: Scenario,
  failpoints: Readonly<Record<string, string>>,
) {
  await world.start(variables);
  const given = await giveCommand(world, command, failpoints);
  await publish(world, then);
  return given;
}

async function answerFirst(world: World, { first }: Scenario, by: RtmanagerProcess): Promise<void> {
  await by.untilReady();
  await publish(world, first, 0);
  await waitFor('the first jobs', async () => (await world.redis.xlen(KEYS.results)) === first.length, { hopeless: by.gone });
  const isUnmarked = async () => (await world.sql`select from runtime_outbox where published_at is null`).length > 0;
  await waitFor('their results to be marked', async () => !(await isUnmarked()), { hopeless: by.gone });
}

async function tellToEnd({ sql }: World, underTest: RtmanagerProcess): Promise<void> {
  const isUnderWay = async () => (await sql`select from runtime_operation_log where status = 'running'`).length > 0;
  const wasInjected = () => underTest.log.some(({ msg }) => msg === 'injected');
  // The query fails until the process has made the tables.
  await waitFor('a job to be under way', async () => wasInjected() || (await isUnderWay().catch(() => false)));
  underTest.signal('SIGTERM');
}

const publish = ({ redis }: World, jobs: readonly PlannedJob[], ahead = jobs.length): Promise<void> => publishAll(redis, jobs, { ahead });
