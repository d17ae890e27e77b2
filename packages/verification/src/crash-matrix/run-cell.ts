import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeDockerEngine } from '@galaxy/fake-docker';
import { waitFor } from '@galaxy/testing';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import type { World } from '../harness/service-world.js';
import { atRest, inTime } from './at-rest.js';
import type { Cell } from './cells.js';
import { type Injection, injectionName } from './injection.js';
import type { Run } from './run.js';
import { type OperatorCommand, scenario } from './scenarios.js';
import { giveCommand, startUnderTest } from './start-under-test.js';

// Longer than a claim or a lease lives, so that other processes have taken over.
const FROZEN_MS = 7500;
/** After a frozen process goes on, it gets this time to do something wrong. */
const AFTERMATH_MS = 2000;

/**
 * Makes one injection in a process. If that dies or freezes, a healthy process takes over. Then waits until all work is done.
 * Returns what is wrong. It is also wrong if the injection never happened.
 */
export async function runCell(world: World, engine: FakeDockerEngine, { scenario: name, injection }: Cell): Promise<readonly string[]> {
  const going = scenario(name);
  const underTest = await startUnderTest(world, going, [...(going.besides ?? []), injection].map(injectionName).join(','));
  const wanted = injectionName(injection);
  const isDue = () => underTest.log.some((line) => line.msg === 'injected' && line['injection'] === wanted);
  const operating = going.operator === undefined ? null : operate(world, going.operator);
  if (!(await inTime('the injection', isDue, { hopeless: underTest.gone })))
    return [`never reached: ${calledOf(underTest)}`, await world.story()];
  const run = { world, engine, going, injection, underTest };
  const problems = await (going.command === undefined ? serviceUnderTest(run, operating) : commandUnderTest(run, going.command));
  return problems.length > 0 ? problems : atRest(run);
}

async function serviceUnderTest(run: Run, operating: Promise<readonly string[]> | null): Promise<readonly string[]> {
  const { world, going, injection, underTest } = run;
  const dueAt = performance.now();
  if (injection.kind === 'kill') await underTest.exited;
  if (isOut(injection) || going.ends === true) await world.start(going.variables);
  const problems = (await operating) ?? [];
  if (problems.length > 0) return problems;
  if (injection.kind === 'freeze') {
    // First the healthy process must get everything done alone. Then the frozen one goes on, and must not damage anything.
    const found = await atRest(run, true);
    if (found.length > 0) return ['while it is frozen', ...found];
    await thaw(run, dueAt);
  }
  return going.ends === true ? endOf(run) : [];
}

const isOut = ({ kind }: Injection): boolean => kind === 'kill' || kind === 'freeze';

// The operator gives the command again: at once after the first one froze, because it may only look slow, or when it has died.
async function commandUnderTest(run: Run, { words }: OperatorCommand): Promise<readonly string[]> {
  const { world, injection, underTest } = run;
  const dueAt = performance.now();
  if (injection.kind === 'kill') {
    await underTest.exited;
    // Instead of half a minute of waiting for the lease to expire.
    await world.sql`update runtime_leases set expires_at = clock_timestamp() where name = 'recovery'`;
  }
  if (isOut(injection)) await (await world.start({}, 'main', words)).exited;
  if (injection.kind === 'freeze') await thaw(run, dueAt);
  await waitFor('the command to end', () => underTest.gone() !== undefined);
  return [];
}

async function thaw({ underTest }: Run, frozenAt: number): Promise<void> {
  await sleep(FROZEN_MS - (performance.now() - frozenAt));
  underTest.signal('SIGCONT');
  await sleep(AFTERMATH_MS);
}

// It does not throw, because the caller may not wait for it when something else fails first.
async function operate(world: World, command: OperatorCommand): Promise<readonly string[]> {
  try {
    const { code } = await (await giveCommand(world, command)).exited;
    return code === 0 ? [] : [`${command.words.join(' ')} ended with ${String(code)}`];
  } catch (error) {
    return [String(error), await world.story().catch(String)];
  }
}

async function endOf({ underTest, injection }: Run): Promise<readonly string[]> {
  const { code } = await underTest.exited;
  return code === 0 || injection.kind === 'kill' ? [] : [`told to end, it ended with ${String(code)}`];
}

function calledOf({ log }: RtmanagerProcess): string {
  return log.flatMap(({ msg, method }) => (msg === 'called' ? [String(method)] : [])).join(' ');
}
