import type { MemoryContainerEngine } from '@galaxy/adapter-memory';
import type { JobKind } from './plan.js';

/** Per kind of start the image it names, and what becomes of it. */
export const IMAGES = {
  start: { image: 'games/engine:1.0.0', fate: 'runs' },
  'start other': { image: 'games/engine:1.0.1', fate: 'runs' },
  'start missing': { image: 'games/engine:missing', fate: 'missing' },
  'start malformed': { image: 'games/Demo Engine', fate: 'malformed' },
  'start refused': { image: 'evil/engine:1', fate: 'malformed' },
  'start exiting': { image: 'games/engine:exits', fate: 'fails' },
  'start silent': { image: 'games/engine:silent', fate: 'silent' },
} as const satisfies Partial<Record<JobKind, { readonly image: string; readonly fate: string }>>;

/** Makes known what can be pulled. */
export function addImages(engine: MemoryContainerEngine): void {
  engine.addImage(IMAGES.start.image);
  engine.addImage(IMAGES['start other'].image);
  engine.addImage(IMAGES['start exiting'].image, { runs: 'exits-early', exitCode: 3 });
  engine.addImage(IMAGES['start silent'].image, { runs: 'never-ready' });
}
