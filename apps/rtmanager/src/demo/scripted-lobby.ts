import type { JobResult } from '@galaxy/ports';
import type { LobbySide } from '../compose/streams.js';
import type { DemoRow } from './table.js';

export interface ScriptOptions {
  readonly games: readonly [string, string, string];
  readonly imageRef: string;
  readonly monotonicMs: () => number;
  readonly show: (row: DemoRow) => void;
}

/**
 * Plays a Lobby: starts three games at once, waits for their results, stops two of them, waits again. Results have no job id. They come
 * in the order of a game's jobs, and that is how each result is matched to its job here.
 * @throws Error when the results end too early, or when a result is a failure.
 */
export async function playLobby({ runtimeManager, results }: LobbySide, options: ScriptOptions): Promise<void> {
  const { games, imageRef, monotonicMs, show } = options;
  const askedAt = new Map<string, number>();
  const round = async (job: 'start' | 'stop', of: readonly string[], publish: (game: string) => Promise<unknown>): Promise<void> => {
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

// Others may use the same streams: results of other games are skipped.
async function nextOf(results: LobbySide['results'], waiting: ReadonlySet<string>): Promise<JobResult> {
  for (;;) {
    const next = await results.next();
    if (next.done === true) throw new Error('the results ended before every job was answered');
    if (waiting.has(next.value.result.gameId)) return next.value.result;
  }
}
