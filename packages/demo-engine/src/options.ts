/** How a demo engine behaves. With all defaults it is healthy and never finishes its game. */
export interface DemoEngineOptions {
  /** The address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** The TCP port to listen on; default 0: the system chooses one. */
  readonly port?: number;
  /** Milliseconds after `listen` until `/healthz` answers 200; default 0. */
  readonly readyAfterMs?: number;
  /** When true, `/healthz` answers 503 for ever. */
  readonly neverReady?: boolean;
  /** Milliseconds to generate one turn; default 0. */
  readonly turnMs?: number;
  /** Generating this turn always fails with 500; default: none fails. */
  readonly failAtTurn?: number;
  /** The game is finished after this turn; default: never. */
  readonly finishAtTurn?: number;
  /** The directory that keeps the turn when the engine restarts; default: the turn is only in memory. */
  readonly stateDir?: string;
}

/** How a process with a demo engine behaves. */
export interface DemoProcessOptions extends DemoEngineOptions {
  /** Exit with this code instead of listening. */
  readonly exitBeforeReady?: number;
  /** When true, SIGTERM and SIGINT have no effect, so only SIGKILL ends the process. */
  readonly ignoreSigterm?: boolean;
}

/**
 * Reads the options of a process from environment variables (`HOST`, `PORT`, `DEMO_*`), so that an image can set them. A variable that
 * is unset or empty means the default.
 * @throws RangeError that names the variable, when a number is not a whole number from 0 up.
 */
export function readProcessOptions(env: Readonly<Record<string, string | undefined>>): DemoProcessOptions {
  const number = (name: string): number | undefined => wholeNumber(name, env[name]);
  return withoutUnset({
    host: env['HOST'] || '0.0.0.0',
    port: number('PORT') ?? 8080,
    readyAfterMs: number('DEMO_READY_AFTER_MS'),
    neverReady: isOn(env['DEMO_NEVER_READY']),
    turnMs: number('DEMO_TURN_MS'),
    failAtTurn: number('DEMO_FAIL_AT_TURN'),
    finishAtTurn: number('DEMO_FINISH_AT_TURN'),
    stateDir: env['DEMO_STATE_DIR'] || undefined,
    exitBeforeReady: number('DEMO_EXIT_BEFORE_READY'),
    ignoreSigterm: isOn(env['DEMO_IGNORE_SIGTERM']),
  });
}

type MaybeUnset<T> = { readonly [Key in keyof T]: T[Key] | undefined };

function withoutUnset(options: MaybeUnset<DemoProcessOptions>): DemoProcessOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const parsed = Number(value);
  if (!Number.isSafeInteger(parsed) || parsed < 0) throw new RangeError(`${name} must be a whole number from 0 up, got "${value}"`);
  return parsed;
}
