import type { MemoryContainerEngine } from '@galaxy/adapter-memory';
import type { JobKind } from './plan.js';

/** For each kind of start job: its image, and what happens when the image is started. */
export const IMAGES = {
  start: { image: 'games/engine:1.0.0', fate: 'runs' },
  'start other': { image: 'games/engine:1.0.1', fate: 'runs' },
  'start missing': { image: 'games/engine:missing', fate: 'missing' },
  'start malformed': { image: 'games/Demo Engine', fate: 'malformed' },
  'start refused': { image: 'evil/engine:1', fate: 'malformed' },
  'start exiting': { image: 'games/engine:exits', fate: 'fails' },
  'start silent': { image: 'games/engine:silent', fate: 'silent' },
} as const satisfies Partial<Record<JobKind, { readonly image: string; readonly fate: string }>>;

/** Adds the images that can be pulled. */
export function addImages(engine: MemoryContainerEngine): void {
  engine.addImage(IMAGES.start.image);
  engine.addImage(IMAGES['start other'].image);
  engine.addImage(IMAGES['start exiting'].image, { runs: 'exits-early', exitCode: 3 });
  engine.addImage(IMAGES['start silent'].image, { runs: 'never-ready' });
}
