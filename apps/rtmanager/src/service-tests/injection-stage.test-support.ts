import { type ContainerLife, type FakeDockerEngine, startFakeDockerEngine } from '@galaxy/fake-docker';
import { engineImages, freshDatabase, startRedis, testServers, uniqueName, waitFor } from '@galaxy/testing';
import {
  openWorldOn,
  publishStart,
  publishStop,
  type RtmanagerProcess,
  resultsOf,
  untilResults,
  type World,
  type Written,
} from '@galaxy/verification';

/** The service compares once a second, and ends something only after a second inspection. */
const SOON = { RTMANAGER_RECONCILE_INTERVAL: '1s', RTMANAGER_RECONCILE_GRACE: '1s' } as const;

/** A success that is no replay, with any container. */
export const FRESH = { outcome: 'success', error_code: '' };

interface RecordRow {
  readonly status: string;
  readonly id: string | null;
}

/** One game, and what a test does with it. */
export interface StagedGame {
  readonly id: string;
  /** The name of its container. */
  readonly name: string;
  /** Publishes a start and returns its result. */
  start(imageRef?: string): Promise<Written>;
  /** Publishes a stop and returns its result. */
  stop(): Promise<Written>;
  results(): Promise<readonly Written[]>;
  record(): Promise<RecordRow | null>;
  /** All containers that it ever had, the oldest first. */
  lives(): readonly ContainerLife[];
  /** The ids of its running containers. */
  running(): readonly string[];
}

/** A service on a fake container engine, into which a test can inject failures. */
export interface InjectionStage {
  readonly engine: FakeDockerEngine;
  readonly world: World;
  /** Starts another process of the service, and returns once it is ready. */
  serve(extra?: Readonly<Record<string, string>>): Promise<RtmanagerProcess>;
  game(): StagedGame;
  /** Starts so many games. */
  runningGames(count: number): Promise<readonly StagedGame[]>;
  close(): Promise<void>;
}

interface StageOptions {
  /** The engine of another stage; default a new one. */
  readonly on?: FakeDockerEngine;
  /** Whether containers go on when the engine ends; default true. */
  readonly liveRestore?: boolean;
}

/** Opens a stage, with a fake Docker Engine of its own or with that of another stage. */
export async function openStage({ on, ...options }: StageOptions = {}): Promise<InjectionStage> {
  const { postgresUrl } = testServers();
  const [database, redis, engine] = await Promise.all([freshDatabase(postgresUrl), startRedis(), on ?? startFakeDockerEngine(options)]);
  const world = openWorldOn({ redisUrl: redis.url, postgresUrl: database.url, dockerHost: engine.host });
  const game = (): StagedGame => stagedGame(uniqueName('game'), { world, engine });
  return {
    engine,
    world,
    game,
    serve: async (extra = {}) => {
      const rtmanager = await world.start({ ...SOON, ...extra });
      await rtmanager.untilReady();
      return rtmanager;
    },
    runningGames: async (count) => {
      const games = Array.from({ length: count }, game);
      await Promise.all(games.map((one) => one.start()));
      return games;
    },
    close: async () => {
      engine.injections.clear();
      await world.close();
      await Promise.all([redis.stop(), database.drop(), ...(on === undefined ? [engine.stop()] : [])]);
    },
  };
}

/** Waits until a service has compared records and containers `count` times more. */
export async function comparisons({ log }: RtmanagerProcess, count: number): Promise<void> {
  const passed = () => log.filter(({ msg }) => msg === 'records and containers compared').length;
  const before = passed();
  await waitFor(`${count} comparisons`, () => passed() >= before + count);
}

function stagedGame(id: string, { world, engine }: Pick<InjectionStage, 'world' | 'engine'>): StagedGame {
  let answered = 0;
  const next = async (): Promise<Written> => {
    answered += 1;
    const own = answered;
    return (await untilResults(world, id, own))[own - 1] ?? {};
  };
  const lives = (): readonly ContainerLife[] =>
    engine.audit.lives.filter(({ gameId, instance }) => gameId === id && instance === world.instance);
  return {
    id,
    name: `galaxy-game-${id}`,
    start: async (imageRef = engineImages.current) => {
      await publishStart(world.redis, id, imageRef);
      return next();
    },
    stop: async () => {
      await publishStop(world.redis, id);
      return next();
    },
    results: () => resultsOf(world.redis, id),
    record: async () => {
      const [row] = await world.sql<RecordRow[]>`select status, current_container_id as id from runtime_records where game_id = ${id}`;
      return row ?? null;
    },
    lives,
    running: () => lives().flatMap(({ id: containerId, runs }) => (runs.at(-1)?.to === null ? [containerId] : [])),
  };
}
