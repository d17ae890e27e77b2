import type { Published } from '../checks/published.js';
import { gameId, JOB_STREAMS, type Lobby } from '../world/lobby.js';
import type { Processes } from '../world/processes.js';
import type { Absence } from '../world/simulated-server.js';
import type { World } from '../world/world.js';
import type { Happening, HappeningKind } from './troubles.js';
import type { HintFate } from './weather.js';

/** What happenings strike. */
interface Struck {
  readonly world: World;
  readonly processes: Processes;
  readonly lobby: Lobby;
  readonly published: readonly Published[];
}

/** Lets something happen; says whether there was anything for it to happen to. */
export type Happen = (struck: Struck, happening: Happening) => boolean;

const strike =
  (how: 'kill' | 'freeze' | 'shut down'): Happen =>
  ({ world, processes }, { whom, ms }) => {
    world.facts.add('process trouble', '', ms);
    processes.strike(whom, how, ms);
    return true;
  };

const leave =
  (server: 'postgres' | 'redis' | 'container_engine', absence: Absence): Happen =>
  ({ world: { servers, streams, time, facts } }, { ms }) => {
    servers[server].leave(absence);
    if (server === 'redis') streams.setReachable(false);
    if (server === 'container_engine') facts.add('engine trouble', '', ms + 10_000);
    time.after(ms, () => {
      servers[server].comeBack();
      if (server === 'redis') streams.setReachable(true);
    });
    return true;
  };

const hint =
  (fate: HintFate): Happen =>
  ({ world: { weather, time } }, { ms }) => {
    weather.hints = fate;
    time.after(ms, () => {
      weather.hints = 'told';
    });
    return true;
  };

const loseData = ({ world: { servers, streams }, lobby, published }: Struck, lose: () => void): void => {
  lose();
  servers.redis.losses += 1;
  servers.redis.loseConnections();
  const isAway = servers.redis.absence !== null;
  if (isAway) streams.setReachable(true);
  lobby.noteLosses();
  for (const stream of published) stream.noteLosses();
  if (isAway) streams.setReachable(false);
};

const failOver: Happen = (struck, { ms }) => {
  const { streams, time, servers } = struck.world;
  const replica = streams.fork();
  const before = servers.redis.losses;
  // A replica follows: what its master has lost meanwhile it has lost too.
  time.after(Math.min(ms, 3000), () => {
    if (servers.redis.losses === before) loseData(struck, () => streams.failOverTo(replica));
  });
  return true;
};

const trim: Happen = ({ world: { streams, servers }, lobby }, { whom }) => {
  if (servers.redis.absence !== null) return false;
  streams.trim(whom % 2 === 0 ? JOB_STREAMS.start_jobs : JOB_STREAMS.stop_jobs, Math.floor(whom / 2) % 3);
  lobby.noteLosses();
  return true;
};

const pick = <T>(all: readonly T[], whom: number): T | undefined => all[whom % Math.max(all.length, 1)];

const die: Happen = ({ world: { engine, facts } }, { whom }) => {
  const container = pick(
    engine.inventory.incarnations.filter(({ state }) => state === 'running'),
    whom,
  );
  if (container === undefined) return false;
  facts.add('container died', container.id);
  engine.exit(container.id, 1);
  return true;
};

const removeByHand: Happen = ({ world: { ports, engine, facts } }, { whom }) => {
  const container = pick(engine.inventory.incarnations, whom);
  if (container === undefined) return false;
  facts.add('container vanished', container.id);
  void ports.engine.remove(container.id);
  return true;
};

const killAll = ({ engine, facts }: World): void => {
  for (const { id, state } of engine.inventory.incarnations) {
    if (state !== 'running') continue;
    facts.add('container died', id);
    engine.exit(id, 137);
  }
};

const empty: Happen = ({ world: { engine, facts, ports, time, servers } }) => {
  for (const { id } of engine.inventory.incarnations) {
    facts.add('container vanished', id);
    void engine.remove(id);
  }
  facts.add('engine trouble', '', 10_000);
  servers.container_engine.loseConnections();
  ports.fleet.engineId = `engine of ${time.ms}`;
  return true;
};

const takeName: Happen = ({ world: { engine, facts, plan } }, { whom }) => {
  const games = [...new Set(plan.jobs.map(({ game }) => gameId(game)))];
  const bearers = new Set(engine.inventory.incarnations.map(({ owner }) => owner.gameId));
  const foreign = new Set(engine.inventory.foreign.map(({ name }) => name));
  const game = pick(
    games.filter((one) => !bearers.has(one) && !foreign.has(`galaxy-game-${one}`)),
    whom,
  );
  if (game === undefined) return false;
  facts.add('name taken', game);
  engine.plantForeign(game);
  return true;
};

/** What each happening does. */
export const HAPPEN: Readonly<Record<HappeningKind, Happen>> = {
  'process killed': strike('kill'),
  'process frozen': strike('freeze'),
  'process shut down': strike('shut down'),
  'postgres away': leave('postgres', 'refusing'),
  'postgres silent': leave('postgres', 'silent'),
  'redis away': leave('redis', 'refusing'),
  'redis silent': leave('redis', 'silent'),
  'redis full': ({ world: { streams, time } }, { ms }) => {
    streams.setFull(true);
    time.after(ms, () => streams.setFull(false));
    return true;
  },
  'redis flushed': (struck) => {
    loseData(struck, () => struck.world.streams.flush());
    return true;
  },
  'redis fails over': failOver,
  'job stream trimmed': trim,
  'engine away': leave('container_engine', 'refusing'),
  'engine silent': leave('container_engine', 'silent'),
  'engine restarts, containers alive': (struck, happening) => leave('container_engine', 'refusing')(struck, { ...happening, ms: 300 }),
  'engine restarts, containers killed': (struck, happening) => {
    leave('container_engine', 'refusing')(struck, { ...happening, ms: 300 });
    killAll(struck.world);
    return true;
  },
  'engine emptied': empty,
  'container dies': die,
  'container removed by hand': removeByHand,
  'foreign container': takeName,
  'one list lies': ({ world: { weather, plan } }, { whom }) => {
    const job = pick(plan.jobs, whom);
    if (job !== undefined) weather.lie = { gameId: gameId(job.game), untilMs: null };
    return false;
  },
  'hints lost': hint('lost'),
  'hints doubled': hint('doubled'),
  'hints late': hint('late'),
};
