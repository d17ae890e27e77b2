import type { Published } from '../checks/published.js';
import { JOB_STREAMS } from '../world/job-streams.js';
import { gameId, type Lobby } from '../world/lobby.js';
import type { Processes } from '../world/processes.js';
import type { Requester } from '../world/requester.js';
import type { Absence } from '../world/simulated-server.js';
import type { World } from '../world/world.js';
import type { HintFate } from './engine-injections.js';
import { HORIZON_MS, type WorldInjection, type WorldInjectionKind } from './injections.js';

/** What an injection can be done to. */
interface InjectionTarget {
  readonly world: World;
  readonly processes: Processes;
  readonly lobby: Lobby;
  readonly requester: Requester;
  readonly published: readonly Published[];
}

/** Makes an injection. False when there is nothing to do it to, or when it happens later and counts then. */
export type Inject = (target: InjectionTarget, injection: WorldInjection) => boolean;

const onProcess =
  (how: 'kill' | 'freeze' | 'shut down'): Inject =>
  ({ world, processes }, { whom, ms }) => {
    world.facts.add('process injection', '', ms);
    processes.inject(whom, how, ms);
    return true;
  };

const leave =
  (server: 'postgres' | 'redis' | 'container_engine', absence: Absence): Inject =>
  ({ world: { servers, streams, time, facts } }, { ms }) => {
    servers[server].leave(absence);
    if (server === 'redis') streams.setReachable(false);
    if (server === 'container_engine') facts.add('engine injection', '', ms + 10_000);
    time.after(ms, () => {
      servers[server].comeBack();
      if (server === 'redis') streams.setReachable(true);
    });
    return true;
  };

const hint =
  (fate: HintFate): Inject =>
  ({ world: { engineInjections, time } }, { ms }) => {
    engineInjections.hints = fate;
    time.after(ms, () => {
      engineInjections.hints = 'told';
    });
    return true;
  };

const loseData = ({ world: { servers, streams }, lobby, published }: InjectionTarget, lose: () => void): void => {
  lose();
  servers.redis.losses += 1;
  servers.redis.loseConnections();
  const isAway = servers.redis.absence !== null;
  if (isAway) streams.setReachable(true);
  lobby.noteLosses();
  for (const stream of published) stream.noteLosses();
  if (isAway) streams.setReachable(false);
};

// The copy is that of a replica, which follows its master: if the master has lost data meanwhile, the replica has lost it, too.
const goBackAfter = (target: InjectionTarget, ms: number): boolean => {
  const { streams, time, servers } = target.world;
  const copy = streams.fork();
  const before = servers.redis.losses;
  time.after(ms, () => {
    if (servers.redis.losses === before) loseData(target, () => streams.failOverTo(copy));
  });
  return true;
};

const trim: Inject = ({ world: { streams, servers }, lobby }, { whom }) => {
  if (servers.redis.absence !== null) return false;
  streams.trim(whom % 2 === 0 ? JOB_STREAMS.start_jobs : JOB_STREAMS.stop_jobs, Math.floor(whom / 2) % 3);
  lobby.noteLosses();
  return true;
};

const pick = <T>(all: readonly T[], whom: number): T | undefined => all[whom % Math.max(all.length, 1)];

const die: Inject = ({ world: { engine, facts } }, { whom }) => {
  const container = pick(
    engine.inventory.incarnations.filter(({ state }) => state === 'running'),
    whom,
  );
  if (container === undefined) return false;
  facts.add('container died', container.id);
  engine.exit(container.id, 1);
  return true;
};

const removeByHand: Inject = ({ world: { ports, engine, facts } }, { whom }) => {
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

const empty: Inject = ({ world: { engine, facts, ports, time, servers } }) => {
  for (const { id } of engine.inventory.incarnations) {
    facts.add('container vanished', id);
    void engine.remove(id);
  }
  facts.add('engine injection', '', 10_000);
  servers.container_engine.loseConnections();
  ports.fleet.engineId = `engine of ${time.ms}`;
  return true;
};

const takeName: Inject = ({ world: { engine, facts, plan } }, { whom }) => {
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

/** How each injection is made. */
export const INJECT: Readonly<Record<WorldInjectionKind, Inject>> = {
  'process killed': onProcess('kill'),
  'process frozen': onProcess('freeze'),
  'process shut down': onProcess('shut down'),
  'requester killed': ({ requester }) => requester.kill(),
  'postgres away': leave('postgres', 'refusing'),
  'postgres silent': leave('postgres', 'silent'),
  'rows of a game held': ({ world: { plan, heldRows, time } }, { whom, ms }) => {
    const job = pick(plan.jobs, whom);
    if (job === undefined) return false;
    heldRows.add(gameId(job.game));
    time.after(ms, () => void heldRows.delete(gameId(job.game)));
    return false;
  },
  'redis away': leave('redis', 'refusing'),
  'redis silent': leave('redis', 'silent'),
  'redis full': ({ world: { streams, time } }, { ms }) => {
    streams.setFull(true);
    time.after(ms, () => streams.setFull(false));
    return true;
  },
  'redis flushed': (target) => {
    loseData(target, () => target.world.streams.flush());
    return true;
  },
  'redis fails over': (target, { ms }) => goBackAfter(target, Math.min(ms, 3000)),
  'redis set back': (target, { ms }) => goBackAfter(target, Math.min(ms + 1000, HORIZON_MS + 3000 - target.world.time.ms)),
  'job stream trimmed': trim,
  'engine away': leave('container_engine', 'refusing'),
  'engine silent': leave('container_engine', 'silent'),
  'engine restarts, containers alive': (target, injection) => leave('container_engine', 'refusing')(target, { ...injection, ms: 300 }),
  'engine restarts, containers killed': (target, injection) => {
    leave('container_engine', 'refusing')(target, { ...injection, ms: 300 });
    killAll(target.world);
    return true;
  },
  'engine emptied': empty,
  'container dies': die,
  'container removed by hand': removeByHand,
  'foreign container': takeName,
  'one list lies': ({ world: { engineInjections, plan } }, { whom }) => {
    const job = pick(plan.jobs, whom);
    if (job !== undefined) engineInjections.lie = { gameId: gameId(job.game), untilMs: null };
    return false;
  },
  'hints lost': hint('lost'),
  'hints doubled': hint('doubled'),
  'hints late': hint('late'),
};
