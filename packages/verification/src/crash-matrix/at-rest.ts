import { type WaitOptions, waitFor } from '@galaxy/testing';
import { violationsOf } from '../harness/check-run.js';
import { publishedJobs } from '../harness/lobby-run.js';
import type { Injection } from './injection.js';
import type { Run } from './run.js';

const REST_MS = 90_000;

/**
 * Waits until everything has come to rest, the process that was struck included unless it is frozen still. Returns what is
 * wrong when it has not, and what must never be seen.
 */
export async function atRest(run: Run, isFrozen = false): Promise<readonly string[]> {
  const { world, engine, going } = run;
  let found: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    const jobs = await publishedJobs(world.redis, [...going.first, ...going.then]);
    found = [...(await violationsOf({ world, jobs, mirrorMayLag: mirrorFailed(run), ...prunedOf(run) })), ...(await holdsLeft(run))];
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

/** Whether something comes true in time. */
export async function inTime(what: string, probe: () => boolean | Promise<boolean>, options: WaitOptions): Promise<boolean> {
  return waitFor(what, probe, { everyMs: 100, ...options }).then(
    () => true,
    () => false,
  );
}

// A write of the mirror that fails is not repeated before the next turn of the intake, half a minute later.
const mirrorFailed = ({ injection: { method, kind } }: Run): boolean => method === 'offsets.save' && kind === 'throw';

const prunedOf = ({ going: { pruned } }: Run) => (pruned === undefined ? {} : { pruned });

async function holdsLeft({ world: { sql } }: Run): Promise<readonly string[]> {
  const holds = await sql<{ reason: string; message: string }[]>`select reason, message from runtime_holds`;
  return holds.map(({ reason, message }) => `held: ${reason}: ${message}`);
}

// To be killed was asked for, only by nobody outside; and entries that are lost are told as an error.
function problemsOf({ world, going, injection, underTest }: Run): readonly string[] {
  const dead = injection.kind === 'kill' ? underTest.problems() : [];
  const exits = dead.filter((fault) => fault.startsWith('unexpected exit') && fault.includes('SIGKILL'));
  return world.problems().filter((fault) => !exits.includes(fault) && !(going.gap === true && isGap(fault)));
}

/** How often the entry that was lost may have been told by now. */
function toldOften({ kind, moment }: Injection, isFrozen: boolean): readonly number[] {
  switch (kind) {
    case 'kill':
      // Told once it is written down: who dies between the two tells nobody.
      return [0, 1];
    case 'freeze':
      // Who froze behind the write tells when it wakes up.
      return isFrozen && moment === 'after' ? [0, 1] : [1];
    case 'throw':
      // Who can't know tells, as nobody else might; so it is told twice when it was not carried out.
      return [1, 2];
    case 'lost':
      return [1];
  }
}

function gapProblems({ world, going, injection }: Run, isFrozen: boolean): readonly string[] {
  const told = world.problems().filter(isGap);
  const isRight = toldOften(injection, isFrozen).includes(told.length);
  return going.gap !== true || isRight ? [] : [`one lost entry was told ${told.length} times`, ...told];
}

const isGap = (fault: string): boolean => fault.includes('"event":"stream_gap"');
