import type { Containers } from '../checks/containers.js';
import { assertFenced, noteClaims } from '../checks/fence.js';
import { CALLS_OF, type CallName, DEADLINE_MS, MUTATIONS, SERVER_OF, type ServedPort, type ServedPorts } from '../injection/calls.js';
import type { CallInjection, CallInjectionKind } from '../injection/injections.js';
import { type Call, Exchange } from './exchange.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { World } from './world.js';

/** Kills a process; another one takes its place after `downMs`. */
export interface ProcessKiller {
  kill(process: SimulatedProcess, downMs: number): void;
}

/** Stands between processes and servers, and makes the injections into calls. */
export class Network {
  readonly #world: World;
  readonly #containers: Containers;
  readonly #killer: ProcessKiller;
  readonly #ahead: (CallInjection & { skip: number; times: number })[];
  #areOver = false;

  constructor(world: World, containers: Containers, killer: ProcessKiller) {
    this.#world = world;
    this.#containers = containers;
    this.#killer = killer;
    this.#ahead = world.plan.callInjections.map((injection) => ({ ...injection }));
  }

  /** From now on nothing is injected into any call. */
  endInjections(): void {
    this.#areOver = true;
  }

  /** A port as a process sees it. */
  port<P extends ServedPort>(process: SimulatedProcess, port: P, target: ServedPorts[P]): ServedPorts[P] {
    const methods = CALLS_OF[port].map((method) => {
      const call = Reflect.get(target, method) as (...args: unknown[]) => Promise<unknown>;
      const name: CallName = `${port}.${method}`;
      return [method, (...args: unknown[]) => this.#make({ process, port, name, args, go: async () => call.apply(target, args) })] as const;
    });
    return { ...('key' in target ? { key: target.key.bind(target) } : {}), ...Object.fromEntries(methods) } as ServedPorts[P];
  }

  /** The injection into a call of `fleet.watch`, if there is one now. If it is one into the process, it is made here. */
  nextOfWatch(process: SimulatedProcess): CallInjection | null {
    const injection = this.#next(process, 'fleet.watch');
    if (injection?.what === 'freeze') process.freeze(injection.ms);
    if (injection?.what === 'kill before' || injection?.what === 'kill after') this.#killer.kill(process, injection.ms);
    return injection;
  }

  #next(process: SimulatedProcess, name: CallName): CallInjection | null {
    const { time, coverage, say } = this.#world;
    const injection = this.#areOver ? undefined : this.#ahead.find((one) => one.call === name && one.atMs <= time.ms && one.times > 0);
    if (injection === undefined) return null;
    if (injection.skip > 0) {
      injection.skip -= 1;
      return null;
    }
    injection.times -= 1;
    coverage.hit(`${name} ${injection.what}`);
    say(`${process.name} ${name} injected: ${injection.what} ${injection.ms}`);
    return injection;
  }

  #make(asked: Omit<Call, 'resolve' | 'reject'>): Promise<unknown> {
    const { process, name, args } = asked;
    if (MUTATIONS.has(name)) assertFenced(this.#world, this.#containers, asked);
    return new Promise((resolve, reject) => {
      const answer = (answered: unknown): void => {
        if (name === 'journal.claim') noteClaims(process, args, answered);
        resolve(answered);
      };
      const forget = onAbort(args, () => answer(ABORTED[name]));
      const exchange = new Exchange(this.#world, {
        ...asked,
        resolve: (answered) => {
          forget();
          answer(answered);
        },
        reject: (error) => {
          forget();
          reject(error);
        },
      });
      const injection = this.#next(process, name);
      if (injection === null) return exchange.carryOut();
      this.#note(asked, injection);
      const met = INJECT_INTO[injection.what];
      met({ exchange, ms: injection.ms, world: this.#world, killer: this.#killer });
    });
  }

  #note({ port }: Pick<Call, 'port'>, { what, ms }: CallInjection): void {
    // The crash of a requester explains no result.
    if (port === 'queue' || port === 'log') return;
    const { facts } = this.#world;
    const server = SERVER_OF[port];
    if (server === 'container_engine') facts.add('engine injection', '', 2 * ms + 5000);
    if (server === 'game_engine') facts.add('health injection', '', ms);
    if (what === 'refused') facts.add('refusal');
    if (what === 'freeze' || what.startsWith('kill')) facts.add('process injection', '', ms);
  }
}

interface InjectedCall {
  readonly exchange: Exchange;
  readonly ms: number;
  readonly world: World;
  readonly killer: ProcessKiller;
}

const INJECT_INTO: Readonly<Record<CallInjectionKind, (at: InjectedCall) => void>> = {
  before: ({ exchange, world: { draws } }) => exchange.fail(draws.chance('effect', 0.5) ? 'unknown' : 'not_done', exchange.replyMs),
  refused: ({ exchange }) => exchange.fail('not_done', exchange.replyMs, false),
  lost: ({ exchange }) => void exchange.perform().then(() => exchange.fail('unknown', exchange.replyMs)),
  late: ({ exchange, ms, world: { draws, time } }) => {
    // PostgreSQL itself cancels a statement before the deadline of the caller.
    const isBounded = SERVER_OF[exchange.call.port] === 'postgres';
    const waitMs = draws.below('patience', Math.min(ms, 3000));
    exchange.fail('unknown', isBounded ? ms : waitMs);
    time.after(isBounded ? waitMs : waitMs + ms, () => void exchange.perform());
  },
  hang: ({ exchange, ms, world: { draws, time } }) => {
    const hangMs = exchange.call.port === 'engineClient' ? Math.min(ms, DEADLINE_MS.game_engine) : ms;
    if (draws.chance('hang', 0.5)) exchange.carryOut(hangMs);
    else time.after(hangMs, () => exchange.carryOut());
  },
  'kill before': ({ exchange, ms, killer }) => killer.kill(exchange.call.process, ms),
  'kill after': ({ exchange, ms, killer }) => {
    killer.kill(exchange.call.process, ms);
    void exchange.perform();
  },
  freeze: ({ exchange, ms }) => {
    exchange.call.process.freeze(ms);
    exchange.carryOut();
  },
};

const ABORTED: Partial<Record<CallName, unknown>> = {
  'engine.ensureImage': { kind: 'aborted' },
  'engineClient.health': { kind: 'unreachable', detail: 'aborted' },
  'stream.wait': undefined,
};

// The process that aborts is running at that moment, so it gets the answer at once. Returns a function that stops listening.
function onAbort(args: readonly unknown[], aborted: () => void): () => void {
  const signal = args.at(-1);
  if (!(signal instanceof AbortSignal)) return () => undefined;
  signal.addEventListener('abort', aborted, { once: true });
  return () => signal.removeEventListener('abort', aborted);
}
