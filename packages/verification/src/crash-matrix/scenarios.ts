import type { HoldReason } from '@galaxy/manager-ports';
import { engineImages, uniqueName } from '@galaxy/testing';
import { type PlannedJob, plannedPoison, plannedStart, plannedStop } from '../harness/lobby-run.js';
import type { World } from '../harness/service-world.js';
import type { ScenarioName } from './failpoints.js';
import { type Injection, parseInjections } from './injection.js';
import * as scene from './scene-changes.js';

/** A command that an operator gives once a hold is in force. */
export interface OperatorCommand {
  readonly hold: HoldReason;
  readonly words: readonly string[];
}

/** What goes on around a strike. */
export interface Scenario {
  /** Calls count from the start of the process, or once the first jobs were answered and the servers were touched. */
  readonly armed: 'now' | 'later';
  /** Answered before that: where calls count from the start, by a process that has ended by then. */
  readonly first: readonly PlannedJob[];
  /** Done to the servers then. */
  readonly act?: (world: World) => Promise<void>;
  /** Published when calls count. */
  readonly then: readonly PlannedJob[];
  /** What else must go wrong, so that the method is called at all. */
  readonly besides?: readonly Injection[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Given meanwhile, and not struck. */
  readonly operator?: OperatorCommand;
  /** What is struck instead of the service, beside a process of it that is not. */
  readonly command?: OperatorCommand;
  /** The struck process is told to end (SIGTERM) once a job is under way. */
  readonly ends?: true;
  /** One entry was lost before it was read, which must be told once. */
  readonly gap?: true;
  /** See CheckedRun. */
  readonly pruned?: number;
}

// Two driftHistory, and old enough to be acted on, within a few seconds.
const SOON = { RTMANAGER_RECONCILE_INTERVAL: '1s', RTMANAGER_RECONCILE_GRACE: '1s' };

const CONFIRM_ENGINE: OperatorCommand = { hold: 'engine_changed', words: ['reconcile', '--confirm', 'engine'] };
const CONFIRM_CHANGE: OperatorCommand = { hold: 'mass_change', words: ['reconcile', '--confirm', 'mass-change'] };
const RECOVER_SKIP: OperatorCommand = { hold: 'restored', words: ['recover', '--skip'] };
const RECOVER_REPLAY: OperatorCommand = { hold: 'restored', words: ['recover', '--replay'] };

/** The scenarios, for a game that nobody else has. */
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
  const reconciled = { ...started, variables: SOON };
  // By a process that comes after another one.
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
    engine_changed: () => ({ ...next, act: scene.changeEngine, operator: CONFIRM_ENGINE }),
    mass_change: () => ({ ...next, act: scene.leaveOrphans, operator: CONFIRM_CHANGE }),
    restored: () => ({ ...next, act: scene.workAhead, operator: RECOVER_SKIP }),
    confirm_engine: () => ({ ...next, act: scene.changeEngine, command: CONFIRM_ENGINE }),
    confirm_change: () => ({ ...next, act: scene.leaveOrphans, command: CONFIRM_CHANGE }),
    recover_skip: () => ({ ...next, act: scene.workAhead, command: RECOVER_SKIP }),
    recover_replay: () => ({ ...next, act: scene.publishAhead, command: RECOVER_REPLAY }),
  };
}

// As many as it takes before the engine itself is asked whether it answers.
function startsAtOnce(): readonly PlannedJob[] {
  return Array.from({ length: 5 }, () => plannedStart(uniqueName('game'), { ref: engineImages.current, fate: 'runs' }));
}

function engineSilent(): readonly Injection[] {
  return parseInjections([1, 2, 3, 4, 5].map((call) => `engine.find:before=throw@${String(call)}`).join(','));
}
