import type { ReconcileJob, RuntimeRecord } from '@galaxy/domain';
import { adoptedRecord, decideReconcile, moveRecord, recordAnswering, recordUnreachable } from '@galaxy/domain';
import type { ContainerEngine, Incarnation, OperationOutcome } from '@galaxy/manager-ports';
import type { HeldClaim } from '../../claims/held-claim.js';
import { type EndDeps, endContainer, STILL_RUNNING } from '../../containers/end-container.js';
import { observeGame } from '../../containers/observe-game.js';
import { answers, type ProbeDeps } from '../../containers/probe-engine.js';
import { failed, kept, succeeded } from '../outcomes.js';
import { removeOrphans } from './remove-orphans.js';

export interface ReconcileDeps extends EndDeps, ProbeDeps {}

/** One attempt at a reconcile. */
interface Run {
  readonly held: HeldClaim;
  readonly job: ReconcileJob;
  readonly engine: ContainerEngine;
  readonly deps: ReconcileDeps;
  /** How many orphans were removed. */
  readonly removed: number;
}

/**
 * Makes the function that carries out one claimed reconcile. It inspects and decides again, and acts only if the verdict is still
 * the queued one. Otherwise it ends with `replay_no_op`, and the next pass decides by what it finds then. Containers are addressed
 * by id. Safe to repeat from any point.
 */
export const makeReconcileRuntime =
  (deps: ReconcileDeps) =>
  async (held: HeldClaim, job: ReconcileJob, engine: ContainerEngine): Promise<OperationOutcome> => {
    const { gameId, record } = held.claim;
    const seen = await observeGame(engine, { gameId, record });
    if (seen.kind === 'unclear' || decideReconcile(record, seen.state) !== job.verdict) return kept(gameId, record, 'replay_no_op');
    const removed = await removeOrphans(job.orphans, seen.container, { held, engine });
    const run: Run = { held, job, engine, deps, removed };
    if (job.verdict === 'leave') return leave(run);
    // For an absent container the only verdict besides `leave` is `mark_removed`.
    return seen.container === null ? move(run, (record, now) => moveRecord(record, 'removed', now)) : act(run, seen.container);
  };

async function act(run: Run, container: Incarnation): Promise<OperationOutcome> {
  const { id } = container;
  switch (run.job.verdict) {
    case 'adopt':
      return adopt(run, container);
    case 'probe':
      return probe(run, container);
    case 'stop_again':
      return stopAgain(run, id);
    case 'remove':
      return remove(run, id);
    case 'mark_stopped':
      return move(run, (record, now) => ({ ...moveRecord(record, 'stopped', now), currentContainerId: id }));
    case 'mark_unreachable':
      return move(run, (record, now) => recordUnreachable(record, container, now));
    case 'mark_generation_failed':
      return move(run, (record, now) => ({ ...moveRecord(record, 'generation_failed', now), currentContainerId: id }));
    case 'mark_removed':
    case 'leave':
      return leave(run);
  }
}

async function adopt({ job, engine, deps }: Run, container: Incarnation): Promise<OperationOutcome> {
  const { id, imageId, imageRef } = container;
  const isUp = await answers(engine, container, deps);
  const now = deps.clock.now();
  const adopted = adoptedRecord(null, { gameId: job.gameId, id, imageId, imageRef, now });
  return succeeded(null, isUp ? recordAnswering(adopted, container, now) : adopted);
}

async function probe(run: Run, container: Incarnation): Promise<OperationOutcome> {
  if (await answers(run.engine, container, run.deps)) return move(run, (record, now) => recordAnswering(record, container, now));
  if (run.held.claim.record?.status !== 'starting') return leave(run);
  return move(run, (record, now) => recordUnreachable(record, container, now));
}

async function stopAgain(run: Run, id: string): Promise<OperationOutcome> {
  const { gameId } = run.job;
  switch (await endContainer(run.engine, id, run.deps)) {
    case 'stopped':
    case 'gone':
      return done(run);
    case 'foreign':
      return failed(gameId, { code: 'conflict', message: "the record's container is not ours" });
    case 'still_running':
      return failed(gameId, STILL_RUNNING);
  }
}

async function remove(run: Run, id: string): Promise<OperationOutcome> {
  await run.held.renewNow();
  await run.engine.remove(id);
  if (run.held.claim.record?.status !== 'starting') return done(run);
  return move(run, (record, now) => moveRecord(record, 'removed', now));
}

function move({ held, job, deps }: Run, change: (record: RuntimeRecord, now: Date) => RuntimeRecord): OperationOutcome {
  const { record } = held.claim;
  return record === null ? kept(job.gameId, null, 'replay_no_op') : succeeded(record, change(record, deps.clock.now()));
}

const done = ({ held, job }: Run): OperationOutcome => kept(job.gameId, held.claim.record, '');
const leave = ({ held, job, removed }: Run): OperationOutcome => kept(job.gameId, held.claim.record, removed > 0 ? '' : 'replay_no_op');
