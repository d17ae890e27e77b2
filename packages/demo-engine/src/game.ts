import { setTimeout as wait } from 'node:timers/promises';
import type { TurnState, TurnStore } from './turn-store.js';

/** The outcome of {@link Game.generateTurn}. */
export type TurnOutcome =
  | { readonly kind: 'generated'; readonly state: TurnState }
  | { readonly kind: 'already_finished' }
  | { readonly kind: 'under_way' }
  | { readonly kind: 'failed' };

export type PlayerInput = 'command' | 'order';

/** The report for a player: the turn, and how many commands and orders the player sent in it. */
export interface PlayerReport extends TurnState {
  readonly user_id: string;
  readonly commands: number;
  readonly orders: number;
}

/** How turns are generated. */
export interface TurnRules {
  readonly turnMs: number;
  readonly failAtTurn: number | undefined;
  readonly finishAtTurn: number | undefined;
  /** Aborted when the engine closes. A turn under way then rejects and is not saved. */
  readonly closing: AbortSignal;
}

/** One game: generates one turn at a time, and counts what its players send. */
export class Game {
  readonly #store: TurnStore;
  readonly #rules: TurnRules;
  readonly #sent = new Map<string, Record<PlayerInput, number>>();
  #state: TurnState;
  #generating = false;

  private constructor(store: TurnStore, rules: TurnRules, state: TurnState) {
    this.#store = store;
    this.#rules = rules;
    this.#state = state;
  }

  /** Goes on with the game at the turn in its store. */
  static async load(store: TurnStore, rules: TurnRules): Promise<Game> {
    return new Game(store, rules, await store.load());
  }

  /** The last generated turn; a turn under way does not count yet. */
  get state(): TurnState {
    return this.#state;
  }

  /** Generates the next turn, and saves it before it counts. Refuses while one is under way, and after the end of the game. */
  async generateTurn(): Promise<TurnOutcome> {
    if (this.#state.finished) return { kind: 'already_finished' };
    if (this.#generating) return { kind: 'under_way' };
    this.#generating = true;
    try {
      return await this.#generate(this.#state.turn + 1);
    } finally {
      this.#generating = false;
    }
  }

  /** Counts one command or order of a player. */
  take(userId: string, input: PlayerInput): void {
    const sent = this.#sent.get(userId) ?? { command: 0, order: 0 };
    this.#sent.set(userId, { ...sent, [input]: sent[input] + 1 });
  }

  /** The report of one player for the current turn. */
  reportFor(userId: string): PlayerReport {
    const sent = this.#sent.get(userId);
    return { user_id: userId, ...this.#state, commands: sent?.command ?? 0, orders: sent?.order ?? 0 };
  }

  async #generate(turn: number): Promise<TurnOutcome> {
    const { turnMs, failAtTurn, finishAtTurn, closing } = this.#rules;
    await wait(turnMs, undefined, { signal: closing });
    if (turn === failAtTurn) return { kind: 'failed' };
    const state = { turn, finished: finishAtTurn !== undefined && turn >= finishAtTurn };
    await this.#store.save(state);
    this.#state = state;
    this.#sent.clear();
    return { kind: 'generated', state };
  }
}
