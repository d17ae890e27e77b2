import type { JobResult } from '@galaxy/ports';
import { encodeJobResult } from '@galaxy/wire';
import type { Meaning } from '../../harness/lobby-run.js';
import { type ChangesUntil, explain } from '../../harness/reference-model.js';
import { IMAGES } from '../world/images.js';
import type { JobKind } from '../world/plan.js';
import { START_OF_TIME_MS } from '../world/simulated-time.js';
import type { World } from '../world/world.js';
import type { Operation } from './archive.js';
import type { ContainerLife, Containers } from './containers.js';
import type { FactKind } from './facts.js';

/** So many failures exhaust an operation. */
const MAX_FAILURES = 5;

/** Why the reference model cannot explain the results and the record of a game; null when it can. */
export function unexplained(world: World, containers: Containers, game: string, whatIs: (job: Operation) => JobKind): string | null {
  const { database, archive } = world;
  const operations = archive.operations.filter(({ gameId, op }) => gameId === game && op !== 'reconcile');
  const results = operations.flatMap(({ result }) => result ?? []);
  const told = results.map((result: JobResult) => ({ ...encodeJobResult(result) }));
  const meanings = operations.map((one) => meaningOf(whatIs(one), game));
  const { problem, states } = explain(meanings, told, externalChangesOf(world, containers, game, operations));
  if (problem !== null) return `${game}: ${problem}`;
  const record = database.records.get(game);
  const status = record === undefined ? 'none' : record.status === 'engine_unreachable' ? 'down' : record.status;
  const seen = `${status} ${record?.currentContainerId ?? ''}`;
  const allowed = states.map((state) => `${state.kind} ${'id' in state ? state.id : ''}`);
  return allowed.includes(seen) ? null : `${game}: the record is ${seen}, allowed is ${allowed.join(' or ')}`;
}

function meaningOf(what: JobKind, lane: string): Meaning {
  if (what === 'stop') return { kind: 'stop', lane };
  return what === 'invalid' || what === 'undecodable' ? { kind: 'poison', lane } : { kind: 'start', lane, ...IMAGES[what] };
}

function externalChangesOf({ facts, time }: World, containers: Containers, game: string, operations: readonly Operation[]): ChangesUntil {
  const own = [...containers.values()].filter((life) => life.game === game);
  return (n) => {
    const operation = operations[n];
    const endMs = msOf(operation?.finishedAt) ?? time.ms;
    const span = [msOf(operation?.queuedAt) ?? endMs, endMs] as const;
    const met = (what: FactKind): number => facts.between(what, ...span);
    const ids = (which: (life: ContainerLife) => boolean) => new Set(own.filter(which).map(({ id }) => id));
    return {
      died: ids(({ id }) => facts.by('container died', id, endMs) > 0),
      gone: ids(({ id }) => facts.by('container vanished', id, endMs) > 0),
      // A container that has ended may be removed by any call, however late it is.
      goneLate: ids(({ state, wasEnded, sinceMs }) => state === 'gone' && wasEnded && sinceMs <= endMs),
      forgotten: facts.by('record forgotten', game, endMs) > 0,
      failing: met('container died') + met('container vanished') + met('engine injection') > 0,
      excuses: excuses(met, facts.by('name taken', game, endMs) > 0),
    };
  };
}

function excuses(met: (what: FactKind) => number, nameIsTaken: boolean): string[] {
  const processInjections = met('process injection') + met('refusal');
  return [
    ...(met('engine injection') > 0 ? ['docker_unavailable', 'container_stop_failed'] : []),
    ...(processInjections >= MAX_FAILURES ? ['internal_error'] : []),
    ...(nameIsTaken ? ['conflict'] : []),
    ...(met('engine injection') + met('health injection') + processInjections > 0 ? ['engine_not_ready'] : []),
  ];
}

function msOf(moment: Date | null | undefined): number | null {
  return moment === null || moment === undefined ? null : moment.getTime() - START_OF_TIME_MS;
}
