import type { HoldReason } from '@galaxy/manager-ports';
import { engineImages, uniqueName } from '@galaxy/testing';
import { type PlannedJob, plannedPoison, plannedStart, plannedStop } from '../harness/lobby-run.js';
import type { World } from '../harness/service-world.js';
import { type JobEntry, jobEntries } from '../harness/streams.js';
import type { ScenarioName } from './failpoints.js';
import { type Injection, parseInjections } from './injection.js';
import * as scene from './scene-changes.js';

/** A command that an operator gives once a hold is in force. */
export interface OperatorCommand {
  readonly hold: HoldReason;
  readonly words: readonly string[];
}

/** What happens around an injection. */
export interface Scenario {
  /** When calls begin to count: from the start of the process, or after `first` was answered and `act` was done. */
  readonly armed: 'now' | 'later';
  /** Jobs that are answered before calls count. If calls count from the start, an earlier process answers them and ends. */
  readonly first: readonly PlannedJob[];
  /** Changes the servers after `first` was answered. */
  readonly act?: (world: World) => Promise<void>;
  /** Jobs that are published when calls count. */
  readonly then: readonly PlannedJob[];
  /** Other injections, without which the method would not be called. */
  readonly besides?: readonly Injection[];
  readonly variables?: Readonly<Record<string, string>>;
  /** A command that an operator gives meanwhile. Nothing is injected into it. */
  readonly operator?: OperatorCommand;
  /** The command that is the process under test. A process of the service runs beside it, without injections. */
  readonly command?: OperatorCommand;
  /** The process under test gets SIGTERM once a job is under way. */
  readonly ends?: true;
  /** One entry was lost before it was read. The log must report that once. */
  readonly gap?: true;
  /** Entries that the streams held before the process under test began, if it removes some. */
  readonly earlier?: readonly JobEntry[];
  /** See CheckedRun. */
  readonly pruned?: number;
  readonly named?: number;
}

// Within a few seconds, a drift is seen twice and is old enough to be acted on.
const SOON = { RTMANAGER_RECONCILE_INTERVAL: '1s', RTMANAGER_RECONCILE_GRACE: '1s' };

const NAMED = { RTMANAGER_JOB_OUTCOMES: 'on' };
const TRIMMING = { RTMANAGER_TRIM_MARGIN: '1ms' };

const CONFIRM_ENGINE: OperatorCommand = { hold: 'engine_changed', words: ['reconcile', '--confirm', 'engine'] };
const CONFIRM_CHANGE: OperatorCommand = { hold: 'mass_change', words: ['reconcile', '--confirm', 'mass-change'] };
const RECOVER_SKIP: OperatorCommand = { hold: 'restored', words: ['recover', '--skip'] };
const RECOVER_REPLAY: OperatorCommand = { hold: 'restored', words: ['recover', '--replay'] };

/** A scenario with a game of its own. */
export function scenario(name: ScenarioName): Scenario {
  return makers(uniqueName('game'))[name]();
}

function makers(game: string): Record<ScenarioName, () => Scenario> {
  const runs = (ref: string) => plannedStart(game, { ref, fate: 'runs' });
  const start = runs(engineImages.current);
  const stop = plannedStop(game, 'cancelled');
  const poison = plannedPoison(game);
  const fails = plannedStart(game, { ref: engineImages.exitsEarly, fate: 'fails' });
  const later = { armed: 'later', first: [], then: [] } as const;
  const started = { ...later, first: [start] };
  const named = { ...later, variables: NAMED, named: 0 };
  const reconciled = { ...started, variables: SOON };
  // Two processes, one after the other: the second one is under test.
  const next = { armed: 'now', first: [start], then: [stop], variables: SOON } as const;
  return {
    boot: () => ({ ...later, armed: 'now', then: [start] }),
    start: () => ({ ...later, then: [start] }),
    slow_start: () => ({ ...later, then: [runs(engineImages.slowReady)] }),
    failing_start: () => ({ ...later, then: [fails], variables: SOON }),
    stop: () => ({ ...started, then: [stop] }),
    restart: () => ({ ...later, first: [start, stop], then: [runs(engineImages.patch)] }),
    poison: () => ({ ...later, then: [poison, start] }),
    release_claim: () => ({ ...later, then: [start], besides: parseInjections('engine.create:before=throw@1') }),
    kill: () => ({ ...started, then: [stop], besides: parseInjections('engine.stop:before=throw@1') }),
    engine_away: () => ({ ...later, then: startsAtOnce(), besides: engineSilent(), variables: { RTMANAGER_START_CONCURRENCY: '5' } }),
    shutdown: () => ({ ...later, armed: 'now', then: [runs(engineImages.slowReady)], ends: true }),
    adopt: () => ({ ...reconciled, act: scene.forgetRecords }),
    orphan: () => ({ ...reconciled, act: scene.leaveOrphan }),
    gap: () => ({ ...next, act: scene.trimUnread, gap: true }),
    taken_back: () => ({ ...started, act: scene.takeBackResults, then: [stop] }),
    lost_results: () => ({ ...later, first: [poison, start], act: scene.loseResults, then: [stop] }),
    forgotten: () => ({ ...later, first: [poison], act: scene.forgetNumbers, then: [poison, start] }),
    pruned: () => ({ ...next, first: [start, stop], act: scene.ageFirstMessage, then: [start], pruned: 1 }),
    trimmed: () => trimmed({ ...next, first: [start, stop, runs(engineImages.patch)], variables: TRIMMING }),
    named: () => ({ ...named, first: [start], then: [stop] }),
    named_boot: () => ({ ...named, armed: 'now', then: [start] }),
    named_lost: () => ({ ...named, first: [poison, start], act: scene.loseResults, then: [stop] }),
    named_forgotten: () => ({ ...named, first: [poison], act: scene.forgetNumbers, then: [poison, start] }),
    recover_named: () => ({ ...next, act: scene.workAhead, command: RECOVER_SKIP, variables: NAMED, named: 1 }),
    engine_changed: () => ({ ...next, act: scene.changeEngine, operator: CONFIRM_ENGINE }),
    mass_change: () => ({ ...next, act: scene.leaveOrphans, operator: CONFIRM_CHANGE }),
    restored: () => ({ ...next, act: scene.workAhead, operator: RECOVER_SKIP }),
    confirm_engine: () => ({ ...next, act: scene.changeEngine, command: CONFIRM_ENGINE }),
    confirm_change: () => ({ ...next, act: scene.leaveOrphans, command: CONFIRM_CHANGE }),
    recover_skip: () => ({ ...next, act: scene.workAhead, command: RECOVER_SKIP }),
    recover_replay: () => ({ ...next, act: scene.publishAhead, command: RECOVER_REPLAY }),
  };
}

// What the process under test removes from the streams was there before.
function trimmed(going: Scenario): Scenario {
  const earlier: JobEntry[] = [];
  const remember = async ({ redis }: World): Promise<void> => {
    earlier.push(...(await jobEntries(redis, 'start_jobs')), ...(await jobEntries(redis, 'stop_jobs')));
  };
  return { ...going, act: remember, earlier };
}

// So many faults of the container engine make the service ask it whether it answers.
function startsAtOnce(): readonly PlannedJob[] {
  return Array.from({ length: 5 }, () => plannedStart(uniqueName('game'), { ref: engineImages.current, fate: 'runs' }));
}

function engineSilent(): readonly Injection[] {
  return parseInjections([1, 2, 3, 4, 5].map((call) => `engine.find:before=throw@${String(call)}`).join(','));
}
