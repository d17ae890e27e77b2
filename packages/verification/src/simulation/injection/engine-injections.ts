/** What happens to a hint between the container engine and a process. */
export type HintFate = 'told' | 'lost' | 'doubled' | 'late';

/** A time in which the container engine hides a container of a game. While a job of the game runs, it does not. */
interface Lie {
  readonly gameId: string;
  /** When it ends; null until a list begins it. */
  untilMs: number | null;
}

/** Injections into the container engine that last for a while and are the same for all processes. */
export interface EngineInjections {
  hints: HintFate;
  lie: Lie | null;
}

/** No injections at first. */
export function makeEngineInjections(): EngineInjections {
  return { hints: 'told', lie: null };
}
