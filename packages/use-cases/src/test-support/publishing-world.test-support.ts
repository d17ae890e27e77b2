import {
  MemoryDeadLetterPublisher,
  MemoryJobOutcomePublisher,
  MemoryNumberedResultPublisher,
  type MemoryStreams,
} from '@galaxy/adapter-memory';
import { makeForgetLanes } from '../publishing/forget-lanes.js';
import { makeOutboxPublisher, type OutboxPublisher } from '../publishing/publish-outbox.js';
import { type Call, faultOf, intercept } from './intercept.test-support.js';
import { decide, decideDeadLetter, decideOutcome } from './outbox.test-support.js';
import { entriesOf, makeWorld, type World } from './world.test-support.js';

const RESULTS = 'runtime:job_results';
const RESEND_WITHIN_MS = 3_600_000;
/** How the messages of lanes that are no game's results are decided. */
const DECIDE: Readonly<Record<string, typeof decide>> = { letters: decideDeadLetter, outcomes: decideOutcome };

/** A call on its way to a server: `act` carries it out and answers. */
interface Step {
  readonly process: Process;
  readonly act: (fate: Fate) => void;
}

/** What becomes of a call: its reply may be lost, or it may be carried out when nobody waits for it any more. */
export type Fate = 'answered' | 'lost reply' | 'late';

interface Process {
  alive: boolean;
  /** The server its connection leads to, and how often it has connected. */
  server: MemoryStreams;
  connections: number;
  relaying: boolean;
  publisher: OutboxPublisher;
  readonly forget: (signal: AbortSignal) => Promise<boolean>;
}

/** Lobby's place in the results: what it has read of each game, and what it had read and the server lost, each to come once more. */
interface Lobby {
  after: string;
  readonly read: string[];
  again: string[];
}

/**
 * Processes that publish to a server of streams which may be emptied, or fail over to a replica that lacks the last
 * entries, while some of them stay connected to the demoted one. Every call of a port waits until it is let go.
 */
export function makePublishingWorld(processes: number) {
  const world = makeWorld();
  let replica = world.streams.fork();
  const steps: Step[] = [];
  const decided = new Map<string, number>();
  const old = new Map<string, number>();
  const lobby: Lobby = { after: '0-0', read: [], again: [] };
  const open = (): Process => openProcess(world, steps);
  const all = Array.from({ length: processes }, open);
  // Relays with no fault of its own, and compares only when it must: another epoch would refuse all that others have in their hands.
  const steadyDeps = { ...world, outcomes: new MemoryJobOutcomePublisher(world.streams), resendWithinMs: RESEND_WITHIN_MS };
  const steady = makeOutboxPublisher(steadyDeps);
  const forgetAtOnce = makeForgetLanes(steadyDeps);
  const at = (n: number): Process => all[n % all.length] as Process;

  const lose = async (kept: MemoryStreams): Promise<void> => {
    const [before, after] = [idsOf(world.streams), new Set(idsOf(kept))];
    const lost = before.filter((id) => !after.has(id) && isAtMost(id, lobby.after));
    lobby.again.push(...lost.map((id) => textOf(world.streams, id)));
    world.streams.failOverTo(kept);
    replica = world.streams.fork();
    // Ids that a reader has passed and nobody has marked are nobody's to know: the clock must be past them.
    await world.clock.advance(1);
  };

  return {
    world,
    lobby,
    steps,
    decided,
    /** Per lane, the last message that is too old to be sent again. */
    old,
    decide(n: number, lane: string) {
      const number = (decided.get(lane) ?? 0) + 1;
      decided.set(lane, number);
      const text = `${lane}${String(number)}`;
      void at(n).publisher.now([(DECIDE[lane] ?? decide)(world, lane, text)]);
    },
    relay(n: number) {
      const process = at(n);
      if (process.relaying) return;
      process.relaying = true;
      const done = () => {
        process.relaying = false;
      };
      void process.publisher.relay().then(done, done);
    },
    /**
     * A process deletes the messages that were published longer ago than they may be sent again, and lets the server forget their
     * lanes: at once, or call by call beside the calls of others.
     */
    async pruneAndForget(n: number, atOnce: boolean) {
      const { signal } = new AbortController();
      await world.outbox.prune(RESEND_WITHIN_MS, 1000);
      if (atOnce) await forgetAtOnce(signal);
      else
        void at(n)
          .forget(signal)
          .catch(() => undefined);
    },
    /**
     * So much time that what is published now is never sent again: meanwhile everything is published, what was lost is sent again, and
     * the replica has it all, and Lobby reads it. Calls that are on their way stay so, as those of frozen processes.
     */
    async passTime() {
      for (let turns = 0; turns === 0 || world.database.outbox.some(({ published }) => !published); turns += 1) {
        if (turns > 100) throw new Error('publishing does not come to rest');
        await steady.relay();
      }
      replica = world.streams.fork();
      read(world, lobby);
      for (const [lane, number] of decided) old.set(lane, number);
      await world.clock.advance(RESEND_WITHIN_MS + 1);
    },
    crash(n: number) {
      at(n).alive = false;
      all[n % all.length] = open();
    },
    letGo: (n: number, fate: Fate) => steps.splice(n % Math.max(1, steps.length), 1).forEach((step) => step.act(fate)),
    replicate: () => {
      replica = world.streams.fork();
    },
    flush: () => {
      const empty = world.streams.fork();
      empty.flush();
      return lose(empty);
    },
    /** The processes of `cutOff` stay with the demoted server until they notice. */
    failOver(cutOff: readonly boolean[]) {
      const demoted = world.streams.fork();
      all.forEach((process, n) => {
        if (process.server === world.streams && cutOff[n] === true) process.server = demoted;
      });
      return lose(replica);
    },
    notice: (n: number) => connect(at(n), world),
    lobbyReads: () => read(world, lobby),
    heal: () => {
      for (const process of all) connect(process, world);
    },
  };
}

/** A world of publishing. */
export type PublishingWorld = ReturnType<typeof makePublishingWorld>;

function connect(process: Process, world: World): void {
  if (process.server === world.streams) return;
  process.server = world.streams;
  process.connections += 1;
}

function openProcess(world: World, steps: Step[]): Process {
  const process = { alive: true, server: world.streams, connections: 0, relaying: false } as Process;
  const handle = (call: Call): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const answer = async (fate: Fate): Promise<void> => {
        const going = call.go();
        await going.catch(() => undefined);
        if (process.alive && fate === 'answered') resolve(going);
      };
      const act = (fate: Fate): void => {
        if (fate === 'late') steps.push({ process, act: () => void answer('late') });
        else void answer(fate);
        if (fate !== 'answered' && process.alive) reject(faultOf(call.port === 'outbox' ? 'postgres' : 'redis'));
      };
      if (process.alive) steps.push({ process, act });
    });
  const results = over(process, 'results', (streams) => new MemoryNumberedResultPublisher(streams));
  const deadLetters = over(process, 'deadLetters', (streams) => new MemoryDeadLetterPublisher(streams));
  const outcomes = over(process, 'outcomes', (streams) => new MemoryJobOutcomePublisher(streams));
  const deps = {
    outbox: intercept('outbox', world.outbox, handle),
    results: intercept('results', results, handle),
    deadLetters: intercept('deadLetters', deadLetters, handle),
    outcomes: intercept('outcomes', outcomes, handle),
    observer: world.observer,
    resendWithinMs: RESEND_WITHIN_MS,
  };
  return Object.assign(process, { publisher: makeOutboxPublisher(deps), forget: makeForgetLanes(deps) });
}

/** The publisher of whatever server the process is connected to when the call is carried out. */
function over<T extends MemoryNumberedResultPublisher | MemoryDeadLetterPublisher | MemoryJobOutcomePublisher>(
  process: Process,
  port: string,
  make: (streams: MemoryStreams) => T,
): T {
  return intercept(port, make(process.server), async ({ method, args }) => {
    const publisher = make(process.server) as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
    const answer = await publisher[method]?.(...args);
    if (method !== 'state') return answer;
    const state = answer as { readonly connection: string };
    return { ...state, connection: `${String(process.connections)} ${state.connection}` };
  });
}

function read(world: World, lobby: Lobby): void {
  for (const { entryId } of world.streams.after(RESULTS, lobby.after)) {
    lobby.read.push(textOf(world.streams, entryId));
    lobby.after = entryId;
  }
}

const idsOf = (streams: MemoryStreams) => streams.after(RESULTS, '0-0').map(({ entryId }) => entryId);

function isAtMost(id: string, other: string): boolean {
  const [ms = 0n, seq = 0n, otherMs = 0n, otherSeq = 0n] = `${id}-${other}`.split('-').map(BigInt);
  return ms < otherMs || (ms === otherMs && seq <= otherSeq);
}

function textOf(streams: MemoryStreams, id: string): string {
  const at = idsOf(streams).indexOf(id);
  return entriesOf({ streams } as World, RESULTS)[at]?.['error_message'] ?? '';
}
