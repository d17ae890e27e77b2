import { engineImages, uniqueName } from '@galaxy/testkit';
import { type PlannedJob, plannedPoison, plannedStart, plannedStop } from '../harness/lobby-run.js';
import type { World } from '../harness/service-world.js';
import type { ScenarioName } from './failpoints.js';
import { parseStrikes, type Strike } from './strike.js';

/** What goes on around a strike. */
export interface Scenario {
  /** `now`: calls count from the process's start, and the jobs are there before it. */
  readonly armed: 'now' | 'later';
  /** Answered before calls count. */
  readonly first: readonly PlannedJob[];
  /** Done to the servers then. */
  readonly act?: (world: World) => Promise<void>;
  /** Published when calls count. */
  readonly then: readonly PlannedJob[];
  /** What else must go wrong, so that the method is called at all. */
  readonly besides?: readonly Strike[];
  readonly variables?: Readonly<Record<string, string>>;
}

// Two sightings, and old enough to be acted on, within a few seconds.
const SOON = { RTMANAGER_RECONCILE_INTERVAL: '1s', RTMANAGER_RECONCILE_GRACE: '1s' };

/** The scenarios, for a game that nobody else has. */
export function scenario(name: ScenarioName): Scenario {
  const game = uniqueName('game');
  const start = plannedStart(game, { ref: engineImages.current, fate: 'runs' });
  const stop = plannedStop(game, 'cancelled');
  const later = { armed: 'later', first: [], then: [] } as const;
  switch (name) {
    case 'boot':
      return { armed: 'now', first: [], then: [start] };
    case 'start':
      return { ...later, then: [start] };
    case 'slow_start':
      return { ...later, then: [plannedStart(game, { ref: engineImages.slowReady, fate: 'runs' })] };
    case 'failing_start':
      return { ...later, then: [plannedStart(game, { ref: engineImages.exitsEarly, fate: 'fails' })], variables: SOON };
    case 'stop':
      return { ...later, first: [start], then: [stop] };
    case 'restart':
      return { ...later, first: [start, stop], then: [plannedStart(game, { ref: engineImages.patch, fate: 'runs' })] };
    case 'poison':
      return { ...later, then: [plannedPoison(game), start] };
    case 'hand_back':
      return { ...later, then: [start], besides: parseStrikes('engine.create:before=throw@1') };
    case 'kill':
      return { ...later, first: [start], then: [stop], besides: parseStrikes('engine.stop:before=throw@1') };
    case 'adopt':
      return { ...later, first: [start], act: forgetRecords, variables: SOON };
    case 'orphan':
      return { ...later, first: [start], act: leaveOrphan, variables: SOON };
  }
}

// As a database that was restored from before the start would.
async function forgetRecords({ sql }: World): Promise<void> {
  await sql`delete from runtime_records`;
}

/** As a start of long ago that reached the engine late would: created under its game's name, never started, known to nobody. */
async function leaveOrphan({ docker, sql, network }: World): Promise<void> {
  const [row] = await sql<{ id: string; game: string }[]>`select current_container_id as id, game_id as game from runtime_records`;
  if (row === undefined) throw new Error('there is no container to make an orphan after');
  const made = await docker.json<{ Config: { Labels: Record<string, string> }; HostConfig: object }>({
    method: 'GET',
    path: `/containers/${row.id}/json`,
  });
  const game = uniqueName('orphan');
  const json = {
    ...made.Config,
    Labels: { ...made.Config.Labels, 'galaxy.game_id': game },
    HostConfig: made.HostConfig,
    NetworkingConfig: { EndpointsConfig: { [network]: {} } },
  };
  await docker.json({ method: 'POST', path: `/containers/create?name=galaxy-game-${game}`, json });
}
