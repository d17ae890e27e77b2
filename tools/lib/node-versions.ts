import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './workspace.js';

/** The Node.js lines that the service must run on besides the oldest one, which everything else here is run with. */
export const NODE_VERSIONS = ['22.23.5', '24.22.3'] as const;

const PATIENCE = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000'];
const QUIET = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * The path of a Node.js program of this very version. It comes from the npm registry at its first use, not with every
 * installation: each is 40 MB to load. It is kept in node_modules/.cache.
 * @throws Error that says what to do, when the registry does not give it.
 */
export function nodeProgram(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(ROOT, 'node_modules/.cache', `node-${version}`);
  const program = join(folder, 'node_modules', name, 'bin/node');
  // A folder may be left of an installation that was cut short.
  if (answersAs(program, version)) return program;
  mkdirSync(folder, { recursive: true });
  console.log(`Node.js ${version} is not here yet: loading ${name}@${version} from the npm registry`);
  const args = ['install', `--prefix=${folder}`, '--ignore-scripts', ...QUIET, ...PATIENCE, `${name}@${version}`];
  const { stderr, error } = spawnSync('npm', args, { encoding: 'utf8' });
  if (answersAs(program, version)) return program;
  throw new Error(
    `Node.js ${version} can't be had: ${name}@${version} must come from the npm registry once.\n${error?.message ?? whyOf(stderr)}`,
  );
}

// npm goes on with advice and where its log is.
const whyOf = (stderr: string): string => stderr.trim().split('\n').slice(0, 3).join('\n');

function answersAs(program: string, version: string): boolean {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() === `v${version}`;
  } catch {
    return false;
  }
}
