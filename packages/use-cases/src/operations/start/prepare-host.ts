import type { StartPhase } from './start-run.js';

/** Creates the games' network and the game's state folder if they are missing. Safe to repeat: after a crash the next attempt finds them. */
export const prepareHost: StartPhase = async ({ engine, job }) => {
  const outcome = await engine.prepare(job.gameId);
  return outcome.kind === 'prepared' ? null : { code: 'container_start_failed', message: outcome.message };
};
