import type { JobResult, RuntimeManager } from '@galaxy/ports';
import type { DemoRow } from './table.js';

/** What Lobby uses: a runtime manager for its jobs, and the results, in order. */
export interface LobbySide {
  readonly runtimeManager: RuntimeManager;
  readonly results: AsyncIterator<{ readonly result: JobResult }>;
}

/** What the script starts, and how it shows results. */
export interface ScriptOptions {
  readonly games: readonly [string, string, string];
  readonly imageRef: string;
  readonly monotonicMs: () => number;
  readonly show: (row: DemoRow) => void;
}

/**
 * Plays Lobby: starts three games at once, waits for their results, stops two of them, and waits again. Results have no job id, but
 * those of a game come in the order of its jobs, so the script knows which job each result is for.
 * @throws Error when a result is a failure, or when the results end before every job has one.
 */
export async function playLobby({ runtimeManager, results }: LobbySide, options: ScriptOptions): Promise<void> {
  const { games, imageRef, monotonicMs, show } = options;
  const askedAt = new Map<string, number>();
  const round = async (job: 'start' | 'stop', of: readonly string[], publish: (game: string) => Promise<void>): Promise<void> => {
    for (const game of of) {
      askedAt.set(game, monotonicMs());
      await publish(game);
    }
    for (const waiting = new Set(of); waiting.size > 0; ) {
      const result = await nextOf(results, waiting);
      waiting.delete(result.gameId);
      show({ job, result, tookMs: monotonicMs() - (askedAt.get(result.gameId) ?? 0) });
      if (result.outcome === 'failure')
        throw new Error(`the ${job} of ${result.gameId} failed: ${result.errorCode} ${result.errorMessage}`);
    }
  };
  await round('start', games, (game) => runtimeManager.publishStartJob(game, imageRef));
  await round('stop', games.slice(0, 2), (game) => runtimeManager.publishStopJob(game, 'cancelled'));
}

// The streams may also have results of other games. They are ignored.
async function nextOf(results: LobbySide['results'], waiting: ReadonlySet<string>): Promise<JobResult> {
  for (;;) {
    const next = await results.next();
    if (next.done === true) throw new Error('the results ended before every job was answered');
    if (waiting.has(next.value.result.gameId)) return next.value.result;
  }
}
