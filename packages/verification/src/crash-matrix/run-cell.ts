import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeDockerEngine } from '@galaxy/fake-docker';
import { waitFor } from '@galaxy/testing';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import type { World } from '../harness/service-world.js';
import { atRest, inTime } from './at-rest.js';
import type { Cell } from './cells.js';
import type { Run } from './run.js';
import { type OperatorCommand, scenario } from './scenarios.js';
import { giveCommand, startStruck } from './start-struck.js';
import { type Strike, strikeName } from './strike.js';

// Longer than a claim or a lease lives, so that others have taken over.
const FROZEN_MS = 7500;
/** How long the one that was frozen may need to do whatever it would do. */
const AFTERMATH_MS = 2000;

/**
 * Strikes a process once, lets a healthy one take over where it died or froze, and waits until everything has come to rest.
 * Returns what is wrong then; the first is that the strike was never due.
 */
export async function runCell(world: World, engine: FakeDockerEngine, { scenario: name, strike }: Cell): Promise<readonly string[]> {
  const going = scenario(name);
  const struck = await startStruck(world, going, [...(going.besides ?? []), strike].map(strikeName).join(','));
  const wanted = strikeName(strike);
  const isDue = () => struck.log.some((line) => line.msg === 'struck' && line['strike'] === wanted);
  const operating = going.operator === undefined ? null : operate(world, going.operator);
  if (!(await inTime('the strike', isDue, { hopeless: struck.gone }))) return [`never reached: ${calledOf(struck)}`, await world.story()];
  const run = { world, engine, going, strike, struck };
  const problems = await (going.command === undefined ? serviceStruck(run, operating) : commandStruck(run, going.command));
  return problems.length > 0 ? problems : atRest(run);
}

async function serviceStruck(run: Run, operating: Promise<readonly string[]> | null): Promise<readonly string[]> {
  const { world, going, strike, struck } = run;
  const dueAt = performance.now();
  if (strike.kind === 'kill') await struck.exited;
  if (isOut(strike) || going.ends === true) await world.start(going.variables);
  const problems = (await operating) ?? [];
  if (problems.length > 0) return problems;
  if (strike.kind === 'freeze') {
    // The healthy one alone gets everything done; only then is it seen whether the other one spoils it.
    const found = await atRest(run, true);
    if (found.length > 0) return ['while it is frozen', ...found];
    await thaw(run, dueAt);
  }
  return going.ends === true ? endOf(run) : [];
}

const isOut = ({ kind }: Strike): boolean => kind === 'kill' || kind === 'freeze';

// Whoever gave the command gives it again: at once, although the first one may only be slow, or when it may have died.
async function commandStruck(run: Run, { words }: OperatorCommand): Promise<readonly string[]> {
  const { world, strike, struck } = run;
  const dueAt = performance.now();
  if (strike.kind === 'kill') {
    await struck.exited;
    // As half a minute would.
    await world.sql`update runtime_leases set expires_at = clock_timestamp() where name = 'recovery'`;
  }
  if (isOut(strike)) await (await world.start({}, 'main', words)).exited;
  if (strike.kind === 'freeze') await thaw(run, dueAt);
  await waitFor('the command to end', () => struck.gone() !== undefined);
  return [];
}

async function thaw({ struck }: Run, frozenAt: number): Promise<void> {
  await sleep(FROZEN_MS - (performance.now() - frozenAt));
  struck.signal('SIGCONT');
  await sleep(AFTERMATH_MS);
}

// Never throws, since nobody may be waiting for it by then.
async function operate(world: World, command: OperatorCommand): Promise<readonly string[]> {
  try {
    const { code } = await (await giveCommand(world, command)).exited;
    return code === 0 ? [] : [`${command.words.join(' ')} ended with ${String(code)}`];
  } catch (error) {
    return [String(error), await world.story().catch(String)];
  }
}

async function endOf({ struck, strike }: Run): Promise<readonly string[]> {
  const { code } = await struck.exited;
  return code === 0 || strike.kind === 'kill' ? [] : [`told to end, it ended with ${String(code)}`];
}

function calledOf({ log }: RtmanagerProcess): string {
  return log.flatMap(({ msg, method }) => (msg === 'called' ? [String(method)] : [])).join(' ');
}
