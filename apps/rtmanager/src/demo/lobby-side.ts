import { createRuntimeManager, readJobResults } from '@galaxy/lobby-producer';
import type { JobResult } from '@galaxy/ports';
import type { LobbySide } from '../compose/streams.js';
import type { Config } from '../config/schema.js';

const LOOK_BACK_MS = 60_000;

/** The Lobby's side of the streams in Redis. Reads results that are at most about a minute old, by our clock. */
export function redisLobby(url: string, config: Config, signal: AbortSignal): LobbySide {
  const keys = { startJobs: config.RTMANAGER_START_JOBS_STREAM, stopJobs: config.RTMANAGER_STOP_JOBS_STREAM };
  const runtimeManager = createRuntimeManager({ url, keys });
  signal.addEventListener('abort', () => {
    runtimeManager.close();
  });
  return { runtimeManager, results: results(url, config, signal) };
}

async function* results(url: string, config: Config, signal: AbortSignal): AsyncGenerator<{ result: JobResult }> {
  const after = `${String(Date.now() - LOOK_BACK_MS)}-0`;
  for await (const entry of readJobResults({ url, after, signal, key: config.RTMANAGER_JOB_RESULTS_STREAM })) {
    if (entry.kind === 'result') yield entry;
  }
}
