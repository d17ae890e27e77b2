import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { isLoopback } from './listen-address.js';
import { type Config, configSchema } from './schema.js';

/** The parsed configuration with warnings, or all its problems, one line each. */
export type ConfigCheck = { kind: 'valid'; config: Config; warnings: readonly string[] } | { kind: 'invalid'; problems: readonly string[] };

type Variables = Readonly<Record<string, string | undefined>>;

const NAMES = Object.keys(configSchema.shape);
const FILE_SUFFIX = '_FILE';

/**
 * Parses the environment. The value of a variable can also be in a file, whose path is in `{NAME}_FILE`; this is for secrets. An empty
 * value counts as not given. Reports all problems at once, but never a value: it may be a secret. `needed`: the variables that the
 * command requires.
 */
export function parseConfig(variables: Variables, needed: readonly (keyof Config)[] = []): ConfigCheck {
  const problems: string[] = [];
  const given = Object.fromEntries(NAMES.map((name) => [name, valueOf(name, variables, problems)]));
  const parsed = configSchema.safeParse(given);
  if (!parsed.success) problems.push(...parsed.error.issues.map(describe));
  problems.push(...refusals(wellFormed(given)), ...missing(needed, variables));
  if (problems.length > 0 || !parsed.success) return { kind: 'invalid', problems };
  return { kind: 'valid', config: parsed.data, warnings: unknownNames(variables) };
}

// The variables that are valid by themselves, so that conflicts between them are reported even if other variables are invalid.
function wellFormed(given: Variables): Partial<Config> {
  const parsed = Object.entries(configSchema.shape).map(([name, schema]) => [name, schema.safeParse(given[name])] as const);
  return Object.fromEntries(parsed.flatMap(([name, { success, data }]) => (success ? [[name, data]] : [])));
}

function missing(needed: readonly (keyof Config)[], variables: Variables): string[] {
  const isGiven = (name: string) => [variables[name], variables[name + FILE_SUFFIX]].some((value) => value !== undefined && value !== '');
  return needed.filter((name) => !isGiven(name)).map((name) => `${name}: is required by this command`);
}

function valueOf(name: string, variables: Variables, problems: string[]): string | undefined {
  const value = variables[name];
  const file = variables[name + FILE_SUFFIX];
  if (file === undefined || file === '') return value === '' ? undefined : value;
  if (value !== undefined && value !== '') {
    problems.push(`${name}: given both directly and by ${name}${FILE_SUFFIX}`);
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    problems.push(`${name}${FILE_SUFFIX}: the file can't be read`);
    return undefined;
  }
}

const describe = (issue: z.core.$ZodIssue): string => `${issue.path.join('.')}: ${issue.message}`;

function refusals(config: Partial<Config>): string[] {
  const { RTMANAGER_HTTP_ADDR: listen } = config;
  const address =
    listen === undefined || isLoopback(listen)
      ? []
      : ['RTMANAGER_HTTP_ADDR: only a loopback address is allowed: there is no access control'];
  return [...address, ...sharedKeys(config), ...trimmedTooEarly(config)];
}

const STREAMS = [
  'RTMANAGER_START_JOBS_STREAM',
  'RTMANAGER_STOP_JOBS_STREAM',
  'RTMANAGER_JOB_RESULTS_STREAM',
  'RTMANAGER_JOB_OUTCOMES_STREAM',
  'RTMANAGER_DEAD_LETTERS_STREAM',
] as const satisfies readonly (keyof Config)[];

// Results on a job stream would be read as jobs and answered, and the answers too, for ever.
function sharedKeys(config: Partial<Config>): string[] {
  return STREAMS.flatMap((name, at) => {
    const other = STREAMS.slice(0, at).find((earlier) => config[earlier] === config[name]);
    return other === undefined || config[name] === undefined ? [] : [`${name}: must be another key than ${other}`];
  });
}

// What Redis loses within the resend window is sent again, so it must not be removed before that.
function trimmedTooEarly({ RTMANAGER_TRIM_RESULTS: kept, RTMANAGER_RESULT_RESEND_WINDOW: windowMs }: Partial<Config>): string[] {
  if (kept?.kind !== 'age' || windowMs === undefined || kept.ms >= windowMs) return [];
  return ['RTMANAGER_TRIM_RESULTS: must be at least RTMANAGER_RESULT_RESEND_WINDOW'];
}

// A warning, not a problem: Kubernetes adds variables with this prefix to every pod when a Service is called `rtmanager`.
function unknownNames(variables: Variables): string[] {
  const known = new Set(NAMES.flatMap((name) => [name, name + FILE_SUFFIX]));
  return Object.keys(variables)
    .filter((name) => name.startsWith('RTMANAGER_') && !known.has(name))
    .map((name) => `${name}: this version does not know this variable`);
}
