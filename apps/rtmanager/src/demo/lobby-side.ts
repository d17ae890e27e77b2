import { createRuntimeManager, readJobResults } from '@galaxy/lobby-producer';
import type { JobResult } from '@galaxy/ports';
import type { Config } from '../config/schema.js';
import type { LobbySide } from './scripted-lobby.js';

const LOOK_BACK_MS = 60_000;

/** Lobby's side of the streams in Redis. It reads results from about a minute ago on. */
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
