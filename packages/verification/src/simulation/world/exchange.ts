import { type CallName, DEADLINE_MS, MUTATIONS, SERVER_OF, type ServedPort } from '../injection/calls.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { SimulatedServer } from './simulated-server.js';
import type { World } from './world.js';

/** A call of a port that a process makes. */
export interface Call {
  readonly process: SimulatedProcess;
  readonly port: ServedPort;
  readonly name: CallName;
  readonly args: readonly unknown[];
  /** Makes the call at the real port: it has its effect. */
  readonly go: () => Promise<unknown>;
  /** Gives the answer to the caller. */
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Outcome = { readonly answer: unknown } | { readonly error: Error };

/** A request to a server and its reply. */
export class Exchange {
  readonly call: Call;
  readonly requestMs: number;
  readonly replyMs: number;
  readonly #world: World;
  readonly #server: SimulatedServer;
  readonly #connection: number;

  constructor(world: World, call: Call) {
    this.#world = world;
    this.call = call;
    this.#server = world.servers[SERVER_OF[call.port]];
    this.#connection = this.#server.connection;
    this.requestMs = latency(world, call);
    this.replyMs = latency(world, call);
  }

  /** Carries out the call when the request arrives. The reply follows, unless the connection is lost before. */
  carryOut(moreMs = 0): void {
    if (this.#server.absence === 'silent') return this.fail('unknown', DEADLINE_MS[this.#server.name]);
    this.#after(this.requestMs, () => {
      void this.perform().then((outcome) => this.#reply(outcome, this.replyMs + moreMs));
    });
  }

  /** Carries out the call at the server, even if no process waits for it. */
  async perform(): Promise<Outcome> {
    const { call } = this;
    if (this.#server.absence !== null) return { error: this.#server.fault('not_done') };
    try {
      const answer = await call.go();
      this.#world.say(`${call.process.name} ${call.name}${told(call)} -> ${brief(answer)}`);
      return { answer };
    } catch (error) {
      this.#world.say(`${call.process.name} ${call.name}${told(call)} -> ${String(error)}`);
      return { error: error as Error };
    }
  }

  /** Lets the call fail without an answer. For a game engine that is an outcome of the port, not a fault. */
  fail(effect: 'not_done' | 'unknown', afterMs: number, retryable = true): void {
    if (effect === 'unknown' && this.call.name === 'journal.moveCursor') this.#world.facts.add('unclear correction');
    if (this.#server.name === 'game_engine') this.#answer(() => this.call.resolve({ kind: 'unreachable', detail: 'no answer' }), afterMs);
    else this.#answer(() => this.call.reject(this.#server.fault(effect, retryable)), afterMs);
  }

  #reply(outcome: Outcome, afterMs: number): void {
    this.#after(afterMs, () => {
      if (this.#server.connection !== this.#connection) return this.fail('unknown', 0);
      this.#answer(() => ('error' in outcome ? this.call.reject(outcome.error) : this.call.resolve(outcome.answer)), 0);
    });
  }

  #answer(settle: () => void, afterMs: number): void {
    this.#after(afterMs, () => this.call.process.run(settle));
  }

  #after(ms: number, act: () => void): void {
    if (ms <= 0) act();
    else this.#world.time.after(ms, act);
  }
}

// Most calls are quick; calls that change containers take longer.
function latency({ draws }: World, { name }: Call): number {
  const drawn = draws.next(`latency ${name}`);
  if (drawn < 0.6) return 0;
  return Math.ceil((drawn - 0.6) * (MUTATIONS.has(name) ? 250 : 10));
}

function told({ args }: Call): string {
  const parts = args.map(brief).filter((part) => part !== '');
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`;
}

const BRIEF = ['kind', 'gameId', 'opId', 'attempt', 'state', 'number', 'epoch', 'outboxId', 'step', 'held', 'entryId'] as const;

/** A value in the short form of a trace. */
export function brief(value: unknown): string {
  if (typeof value === 'string') return value.length > 36 ? value.slice(0, 12) : value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(brief).join(',')}]`;
  if (value === null || typeof value !== 'object') return '';
  return briefFields(value as Readonly<Record<string, unknown>>);
}

// Without lists in between: it is called for every value of every call.
function briefFields(fields: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const name of BRIEF) {
    const part = fields[name] ?? null;
    if (part !== null) text += text === '' ? brief(part) : ` ${brief(part)}`;
  }
  return text;
}
