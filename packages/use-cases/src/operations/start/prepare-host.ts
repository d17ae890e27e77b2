import type { StartPhase } from './start-run.js';

/** Makes the games' network and the game's state folder exist. Repeating is safe: a crash here leaves both for the next attempt. */
export const prepareHost: StartPhase = async ({ engine, job }) => {
  const outcome = await engine.prepare(job.gameId);
  return outcome.kind === 'prepared' ? null : { code: 'container_start_failed', message: outcome.message };
};
