import type { StartPhase } from './start-run.js';
import { SUPERSEDED } from './start-run.js';

/** Pulls the image if it is missing. This comes before the previous container is touched: a failed pull costs the game nothing. */
export const obtainImage: StartPhase = async ({ engine, held, job }) => {
  const outcome = await engine.ensureImage(job.imageRef, held.signal);
  if (outcome.kind === 'available') return null;
  if (outcome.kind === 'unavailable') return { code: 'image_pull_failed', message: `${outcome.reason}: ${outcome.message}` };
  held.assertHeld();
  return SUPERSEDED;
};
