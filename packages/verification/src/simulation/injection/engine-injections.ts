/** What becomes of hints on their way. */
export type HintFate = 'told' | 'lost' | 'doubled' | 'late';

/** A moment in which the container engine does not see a game's containers, but for those who carry out its jobs. */
interface Lie {
  readonly gameId: string;
  /** Until when; null before the list that begins it. */
  untilMs: number | null;
}

/** What goes wrong for a while, whoever calls. */
export interface EngineInjections {
  hints: HintFate;
  lie: Lie | null;
}

/** Nothing goes wrong. */
export function makeEngineInjections(): EngineInjections {
  return { hints: 'told', lie: null };
}
