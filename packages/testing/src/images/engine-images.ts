const repository = 'galaxy/demo-engine';

/** The images that `buildEngineImages` loads. All but `tiny` and `badCommand` run the demo engine. */
export const engineImages = {
  /** Healthy. It keeps its turn in `/data` when that is writable. */
  current: `${repository}:1.0.0`,
  /** As `current`, one patch later. */
  patch: `${repository}:1.0.1`,
  /** As `current`, one minor version later. */
  minor: `${repository}:1.1.0`,
  /** As `current`, one major version later. */
  major: `${repository}:2.0.0`,
  /** `/healthz` answers 503 for ever. */
  neverReady: `${repository}:never-ready`,
  /** Exits with code 3 instead of listening. */
  exitsEarly: `${repository}:exits-early`,
  /** Only SIGKILL ends it. */
  ignoresSigterm: `${repository}:ignores-sigterm`,
  /** Ready after 2 s. */
  slowReady: `${repository}:slow-ready`,
  /** Takes 3 s for a turn. */
  slowTurn: `${repository}:slow-turn`,
  /** Fails to generate turn 1. */
  failsTurn: `${repository}:fails-turn`,
  /** Finishes its game with turn 2. */
  finishes: `${repository}:finishes`,
  /** Its entrypoint does not exist, so a container cannot be started. */
  badCommand: `${repository}:bad-command`,
  /** Under a kilobyte: one static program that sleeps for ever, ignores SIGTERM as pid 1 and never listens. */
  tiny: 'galaxy/tiny:1.0.0',
} as const;

export type EngineImageName = keyof typeof engineImages;

export type LayerName = 'node' | 'app' | 'tiny';

/** How to make one image. */
export interface ImageRecipe {
  readonly ref: string;
  readonly layers: readonly LayerName[];
  readonly env: Readonly<Record<string, string>>;
  /** Default: node running the demo engine. */
  readonly entrypoint?: readonly string[];
}

export const imageRecipes: readonly ImageRecipe[] = [
  engine('current'),
  engine('patch'),
  engine('minor'),
  engine('major'),
  engine('neverReady', { DEMO_NEVER_READY: '1' }),
  engine('exitsEarly', { DEMO_EXIT_BEFORE_READY: '3' }),
  engine('ignoresSigterm', { DEMO_IGNORE_SIGTERM: '1' }),
  engine('slowReady', { DEMO_READY_AFTER_MS: '2000' }),
  engine('slowTurn', { DEMO_TURN_MS: '3000' }),
  engine('failsTurn', { DEMO_FAIL_AT_TURN: '1' }),
  engine('finishes', { DEMO_FINISH_AT_TURN: '2' }),
  { ref: engineImages.badCommand, layers: ['tiny'], env: {}, entrypoint: ['/no/such/program'] },
  { ref: engineImages.tiny, layers: ['tiny'], env: {}, entrypoint: ['/sleep-for-ever'] },
];

function engine(name: EngineImageName, env: Readonly<Record<string, string>> = {}): ImageRecipe {
  return { ref: engineImages[name], layers: ['node', 'app'], env: { DEMO_STATE_DIR: '/data', ...env } };
}
