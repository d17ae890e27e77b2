import { setTimeout as sleep } from 'node:timers/promises';
import type { CallInjection, ContainerLife, Endpoint, FakeDockerEngine } from '@galaxy/fake-docker';
import type { ExternalChangeNotes, Lapse } from './external-changes.js';
import { type Draw, type Injection, picked } from './injection.js';

const CHANGES: readonly Endpoint[] = ['create', 'start', 'stop', 'kill', 'remove'];
const REFUSED_GAMES = 20;
/** A call that is due is carried out within this time, also on a busy machine. */
const SLACK_MS = 1000;

/** Injections into a fake Docker Engine: its daemon, its calls, its events and its containers. */
export function fakeEngineInjections(engine: FakeDockerEngine, notes: ExternalChangeNotes, lanes: readonly string[]): readonly Injection[] {
  return [...daemonInjections(engine, notes), ...callInjections(engine, notes, lanes), ...containerInjections(engine, notes)];
}

function daemonInjections(engine: FakeDockerEngine, notes: ExternalChangeNotes): readonly Injection[] {
  const victim = (): string => 'engine';
  const bounce = async ({ forMs }: Draw): Promise<void> => {
    await engine.kill();
    await sleep(forMs);
    await engine.restart();
  };
  const bounceCold = async ({ forMs }: Draw): Promise<void> => {
    const from = Date.now();
    await engine.kill();
    for (const { id, gameId } of engine.audit.left.filter(isRunning)) {
      notes.died(id, gameId);
      engine.crash(id, { exitCode: 137 });
    }
    await sleep(forMs);
    await engine.restart();
    notes.failing(null, { from, to: Date.now() });
  };
  const freeze = ({ forMs }: Draw): Promise<void> =>
    during(notes, async () => {
      engine.pause();
      await sleep(forMs);
      engine.resume();
    });
  return [
    { kind: 'engine restarted', weight: 4, lasts: [0, 2500], victim, inject: bounce },
    { kind: 'engine restarted with its containers', weight: 2, lasts: [0, 1500], victim, inject: bounceCold },
    { kind: 'engine frozen', weight: 3, lasts: [200, 4000], victim, inject: freeze },
  ];
}

function callInjections(engine: FakeDockerEngine, notes: ExternalChangeNotes, lanes: readonly string[]): readonly Injection[] {
  const onCalls = (kind: string, weight: number, injection: (draw: Draw) => CallInjection, endpoint?: readonly Endpoint[]): Injection => ({
    kind,
    weight,
    lasts: [300, 4000],
    victim: () => kind,
    inject: async (draw) => {
      const probability = 0.1 + draw.share / 2;
      const rule = engine.injections.onCall({ injection: injection(draw), probability, ...(endpoint !== undefined && { endpoint }) });
      await sleep(draw.forMs);
      rule.remove();
    },
  });
  const late = onCalls('late calls', 4, ({ pick }) => ({ kind: 'late', ms: lateMs(pick) }), CHANGES);
  return [
    onCalls('engine replies lost', 5, () => ({ kind: 'lose_reply' })),
    onCalls('engine replies cut', 3, () => ({ kind: 'cut_reply' })),
    onCalls('calls reset', 3, () => ({ kind: 'reset' })),
    onCalls('calls delayed', 3, ({ pick }) => ({ kind: 'delay', ms: pick % 3000 })),
    onCalls('calls carried out and failed', 4, () => ({ kind: 'fail_after' }), CHANGES),
    { ...late, inject: (draw) => during(notes, async () => late.inject(draw), lateMs(draw.pick)) },
    {
      kind: 'starts refused',
      weight: 4,
      lasts: [300, 4000],
      victim: () => 'refusals',
      inject: (draw) => refuse(engine, notes, lanes, draw),
    },
    {
      kind: 'events lost, doubled and disordered',
      weight: 4,
      lasts: [1000, 5000],
      victim: () => 'events',
      inject: async ({ forMs, share }) => {
        engine.injections.onEvents({ lose: share, duplicate: 1 - share, reorder: 0.3 });
        await sleep(forMs);
        engine.injections.onEvents({});
      },
    },
  ];
}

const lateMs = (pick: number): number => 100 + (pick % 2400);

/** Does something, and notes that calls which are sent meanwhile may be carried out late. */
async function during(notes: ExternalChangeNotes, act: () => Promise<void>, lateByMs = 0): Promise<void> {
  const from = Date.now();
  await act();
  await sleep(lateByMs);
  notes.late({ from, to: Date.now() + SLACK_MS });
}

/** Refuses one create or start for each of some games. */
async function refuse(engine: FakeDockerEngine, notes: ExternalChangeNotes, lanes: readonly string[], draw: Draw): Promise<void> {
  const from = Date.now();
  const chosen = Array.from({ length: Math.min(REFUSED_GAMES, lanes.length) }, (_, n) => picked(lanes, { pick: draw.pick + n }));
  const injection = { kind: 'refuse', status: 500, message: 'no reason given' } as const;
  const rules = chosen.map((gameId) => ({
    gameId,
    handle: engine.injections.onCall({ injection, gameId, endpoint: ['create', 'start'], times: 1 }),
  }));
  await sleep(draw.forMs);
  for (const { handle } of rules) handle.remove();
  const lapse: Lapse = { from, to: Date.now() };
  for (const { gameId, handle } of rules) if (handle.hits > 0) notes.failing(gameId, lapse);
}

function containerInjections(engine: FakeDockerEngine, notes: ExternalChangeNotes): readonly Injection[] {
  const onOne =
    (chosen: (life: ContainerLife) => boolean, act: (life: ContainerLife, draw: Draw) => Promise<void> | void) => (draw: Draw) => {
      const candidates = engine.audit.left.filter(chosen);
      return candidates.length > 0 ? act(picked(candidates, draw), draw) : undefined;
    };
  const crash = ({ id, gameId }: ContainerLife, { pick }: Draw): void => {
    notes.died(id, gameId);
    engine.crash(id, { exitCode: pick % 2 === 0 ? 1 : 137, outOfMemory: pick % 2 === 1 });
  };
  const remove = async ({ id, gameId }: ContainerLife): Promise<void> => {
    notes.removed(id, gameId);
    // An engine that is away or slow at this moment may or may not have received the call.
    await engine.call({ method: 'DELETE', path: `/containers/${id}?force=1`, timeoutMs: 1000 }).catch(() => undefined);
  };
  const hang = ({ id }: ContainerLife, { forMs }: Draw): Promise<void> => during(notes, () => whileSet(engine.injections.hang(id), forMs));
  const slow = ({ id }: ContainerLife, { forMs, pick }: Draw): Promise<void> =>
    whileSet(pick % 2 === 0 ? engine.injections.slowKill(id, forMs) : engine.injections.slowRemoval(id, forMs), forMs);
  const victim = ({ pick }: Draw): string => `container ${pick % 8}`;
  return [
    { kind: 'container died', weight: 6, lasts: [0, 0], victim, inject: onOne(isRunning, crash) },
    { kind: 'container removed', weight: 3, lasts: [0, 0], victim, inject: onOne(() => true, remove) },
    { kind: 'container hung', weight: 4, lasts: [500, 6000], victim, inject: onOne(() => true, hang) },
    { kind: 'container slow to go', weight: 3, lasts: [200, 3000], victim, inject: onOne(() => true, slow) },
  ];
}

const isRunning = ({ runs }: ContainerLife): boolean => runs.at(-1)?.to === null;

async function whileSet(undo: () => unknown, forMs: number): Promise<void> {
  await sleep(forMs);
  undo();
}
