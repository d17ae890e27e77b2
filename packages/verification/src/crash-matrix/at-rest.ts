import { type WaitOptions, waitFor } from '@galaxy/testing';
import { violationsOf } from '../harness/check-run.js';
import { publishedJobs } from '../harness/lobby-run.js';
import type { Injection } from './injection.js';
import type { Run } from './run.js';

const REST_MS = 90_000;

/**
 * Waits until all work is done, also by the process under test, unless that one is still frozen. Returns what is still wrong
 * after the time-out, and everything that must never be seen.
 */
export async function atRest(run: Run, isFrozen = false): Promise<readonly string[]> {
  const { world, engine, going } = run;
  let found: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    const jobs = await publishedJobs(world.redis, [...going.first, ...going.then], going.earlier);
    found = [...(await violationsOf({ world, jobs, mirrorMayLag: mirrorFailed(run), ...partsOf(run) })), ...(await holdsLeft(run))];
    return found.length === 0;
  };
  if (!(await inTime('rest', look, { timeoutMs: REST_MS }))) found = [...found, await world.story()];
  const overlaps = engine.audit.overlaps('existed');
  return [
    ...found,
    ...overlaps.map((overlap) => `two containers: ${JSON.stringify(overlap)}`),
    ...gapProblems(run, isFrozen),
    ...problemsOf(run),
  ];
}

/** Whether the probe becomes true before the time-out. */
export async function inTime(what: string, probe: () => boolean | Promise<boolean>, options: WaitOptions): Promise<boolean> {
  return waitFor(what, probe, { everyMs: 100, ...options }).then(
    () => true,
    () => false,
  );
}

// The intake repeats a failed write of the mirror only in its next turn, half a minute later.
const mirrorFailed = ({ injection: { method, kind } }: Run): boolean => method === 'offsets.save' && kind === 'throw';

const partsOf = ({ going: { pruned, named } }: Run) => ({ ...(pruned !== undefined && { pruned }), ...(named !== undefined && { named }) });

async function holdsLeft({ world: { sql } }: Run): Promise<readonly string[]> {
  const holds = await sql<{ reason: string; message: string }[]>`select reason, message from runtime_holds`;
  return holds.map(({ reason, message }) => `held: ${reason}: ${message}`);
}

// The process under test kills itself, so the harness did not ask for that exit. A lost entry is logged as an error, as it should be.
function problemsOf({ world, going, injection, underTest }: Run): readonly string[] {
  const dead = injection.kind === 'kill' ? underTest.problems() : [];
  const exits = dead.filter((fault) => fault.startsWith('unexpected exit') && fault.includes('SIGKILL'));
  return world.problems().filter((fault) => !exits.includes(fault) && !(going.gap === true && isGap(fault)));
}

/** How often the log may have reported the lost entry by now. */
function reportsAllowed({ kind, moment }: Injection, isFrozen: boolean): readonly number[] {
  switch (kind) {
    case 'kill':
      // It is reported after it is written. A process that dies between the two reports nothing.
      return [0, 1];
    case 'freeze':
      // A process that froze after the write reports when it goes on.
      return isFrozen && moment === 'after' ? [0, 1] : [1];
    case 'throw':
      // A process that cannot know whether the write was done reports, because no other process might. If it was not done, the
      // next turn reports again.
      return [1, 2];
    case 'lost':
      return [1];
  }
}

function gapProblems({ world, going, injection }: Run, isFrozen: boolean): readonly string[] {
  const reports = world.problems().filter(isGap);
  const isRight = reportsAllowed(injection, isFrozen).includes(reports.length);
  return going.gap !== true || isRight ? [] : [`one lost entry was reported ${reports.length} times`, ...reports];
}

const isGap = (fault: string): boolean => fault.includes('"event":"stream_gap"');
