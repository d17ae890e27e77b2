import type { StartPhase } from './start-run.js';
import { createdId, DISAPPEARED } from './start-run.js';

/** Starts the created container by its id. Safe to repeat: for a container that runs already, the engine answers `started`. */
export const startContainer: StartPhase = async (run) => {
  const outcome = await run.engine.start(createdId(run));
  switch (outcome.kind) {
    case 'started':
      return null;
    case 'gone':
      return DISAPPEARED;
    case 'refused':
      return { code: 'container_start_failed', message: outcome.message };
    case 'no_capacity':
      return { code: 'capacity_exhausted', message: outcome.message };
  }
};
