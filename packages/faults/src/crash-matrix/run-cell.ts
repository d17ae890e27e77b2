import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeDockerEngine, waitFor } from '@galaxy/testkit';
import { violationsOf } from '../harness/check-run.js';
import { type PlannedJob, publishAll, publishedJobs } from '../harness/lobby-run.js';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import type { World } from '../harness/service-world.js';
import { KEYS } from '../harness/streams.js';
import type { Cell } from './cells.js';
import { type Scenario, scenario } from './scenarios.js';
import { strikeName } from './strike.js';

// Longer than a claim or a lease lives, so that others have taken over.
const FROZEN_MS = 7500;
/** How long the one that was frozen may need to do whatever it would do. */
const AFTERMATH_MS = 2000;
const REST_MS = 45_000;

/**
 * Strikes a process of the service once, lets a healthy one take over where it died or froze, and waits until everything
 * has come to rest. Returns what is wrong then; the first is that the strike was never due.
 */
export async function runCell(world: World, engine: FakeDockerEngine, { scenario: name, strike }: Cell): Promise<readonly string[]> {
  const going = scenario(name);
  const struck = await startStruck(world, going, [...(going.besides ?? []), strike].map(strikeName).join(','));
  const wanted = strikeName(strike);
  const isDue = () => struck.log.some((line) => line.msg === 'struck' && line['strike'] === wanted);
  if (!(await inTime('the strike', isDue, 30_000))) return [`never reached: ${calledOf(struck)}`, await world.story()];
  const dueAt = performance.now();
  if (strike.kind === 'kill') await struck.exited;
  if (strike.kind === 'kill' || strike.kind === 'freeze') await world.start(going.variables);
  const rest = () => atRest(world, engine, [...going.first, ...going.then], strike.kind === 'kill' ? struck : null);
  if (strike.kind === 'freeze') {
    // The healthy one alone gets everything done; only then is it seen whether the other one spoils it.
    const problems = await rest();
    if (problems.length > 0) return ['while it is frozen', ...problems];
    await sleep(FROZEN_MS - (performance.now() - dueAt));
    struck.signal('SIGCONT');
    await sleep(AFTERMATH_MS);
  }
  return rest();
}

async function startStruck(world: World, going: Scenario, strikes: string): Promise<RtmanagerProcess> {
  const variables = { ...going.variables, GALAXY_STRIKES: strikes, GALAXY_STRIKES_ARMED: going.armed };
  if (going.armed === 'now') await publish(world, going.then);
  const struck = await world.start(variables, 'struck');
  if (going.armed === 'now') return struck;
  await struck.untilReady();
  await publish(world, going.first, 0);
  await waitFor('the first jobs', async () => (await world.redis.xlen(KEYS.results)) === going.first.length, { timeoutMs: 30_000 });
  await going.act?.(world);
  struck.signal('SIGUSR2');
  await waitFor('the failpoints', () => struck.log.some(({ msg }) => msg === 'armed'));
  await publish(world, going.then);
  return struck;
}

const publish = ({ redis }: World, jobs: readonly PlannedJob[], ahead = jobs.length): Promise<void> => publishAll(redis, jobs, { ahead });

async function atRest(
  world: World,
  engine: FakeDockerEngine,
  plan: readonly PlannedJob[],
  dead: RtmanagerProcess | null,
): Promise<readonly string[]> {
  let found: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    found = await violationsOf({ world, jobs: await publishedJobs(world.redis, plan), mirrorMayLag: true });
    return found.length === 0;
  };
  if (!(await inTime('rest', look, REST_MS))) found = [...found, await world.story()];
  const overlaps = engine.audit.overlaps('existed');
  return [...found, ...overlaps.map((overlap) => `two containers: ${JSON.stringify(overlap)}`), ...faultsOf(world, dead)];
}

// To be killed was asked for, only by nobody outside.
function faultsOf(world: World, dead: RtmanagerProcess | null): readonly string[] {
  const exits = dead?.faults().filter((fault) => fault.startsWith('unexpected exit') && fault.includes('SIGKILL')) ?? [];
  return world.faults().filter((fault) => !exits.includes(fault));
}

function calledOf({ log }: RtmanagerProcess): string {
  return log.flatMap(({ msg, method }) => (msg === 'called' ? [String(method)] : [])).join(' ');
}

async function inTime(what: string, probe: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  return waitFor(what, probe, { timeoutMs, everyMs: 100 }).then(
    () => true,
    () => false,
  );
}
