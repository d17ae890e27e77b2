import type { Failure } from '@galaxy/domain';
import type { StartPhase } from './start-run.js';
import { step } from './start-run.js';

const NOT_OURS: Failure = { code: 'conflict', message: "the container of the game's last run is not ours" };

/**
 * Removes the previous container of the game, if it is ours. The step `replacing` is recorded first: from then on, undoing the start
 * restores the previous state only if an inspection still finds that container.
 */
export const replacePrevious: StartPhase = async (run) => {
  const containerId = run.progress.previous?.containerId ?? null;
  if (containerId === null || run.progress.step === 'created') return null;
  if ((await run.engine.inspect(containerId)).kind === 'foreign') return NOT_OURS;
  if (run.progress.step === 'intent') await step(run, { record: run.record, progress: { ...run.progress, step: 'replacing' } });
  await run.engine.remove(containerId);
  return null;
};
