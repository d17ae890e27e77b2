import { constants } from 'node:fs';
import { access, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './run.js';

export type Program = 'redis-server' | 'postgres' | 'initdb' | 'dockerd' | 'containerd' | 'ip';

// The names are those of Debian and of Ubuntu.
const packageOf: Readonly<Record<Program, string>> = {
  'redis-server': 'redis-server',
  postgres: 'postgresql',
  initdb: 'postgresql',
  dockerd: 'docker.io',
  containerd: 'docker.io',
  ip: 'iproute2',
};

const policyFile = '/usr/sbin/policy-rc.d';

/**
 * The paths of programs, in the given order. If this process is root on Debian or Ubuntu, missing programs are installed by apt, with
 * a line on stderr. Otherwise this rejects and says what to install. The installation starts no service.
 */
export async function ensurePrograms(...programs: readonly Program[]): Promise<readonly string[]> {
  const found = await Promise.all(programs.map(findProgram));
  const missing = programs.filter((_, index) => found[index] === undefined);
  if (missing.length === 0) return found.filter((path) => path !== undefined);
  await installPackages([...new Set(missing.map((program) => packageOf[program]))]);
  return Promise.all(programs.map(requireProgram));
}

/** Looks for a program on PATH, in the system's directories (a user's PATH may lack `sbin`), and in those of PostgreSQL. */
export async function findProgram(program: Program): Promise<string | undefined> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  for (const dir of [...onPath, '/usr/sbin', '/sbin', '/usr/local/sbin', ...(await postgresDirs())]) {
    const path = join(dir, program);
    if (dir !== '' && (await isExecutable(path))) return path;
  }
  return undefined;
}

async function requireProgram(program: Program): Promise<string> {
  const path = await findProgram(program);
  if (path === undefined) throw new Error(`${program} is still missing after installing ${packageOf[program]}`);
  return path;
}

/** Debian has a directory for each major version, which is not on PATH. The newest version comes first. */
async function postgresDirs(): Promise<readonly string[]> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => `/usr/lib/postgresql/${version}/bin`);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

let updated: Promise<void> | undefined;
let installing: Promise<void> = Promise.resolve();

/** Makes one installation at a time, because apt refuses a second one. */
function installPackages(packages: readonly string[]): Promise<void> {
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const next = installing.catch(() => undefined).then(() => aptInstall(packages, command));
  installing = next;
  return next;
}

async function aptInstall(packages: readonly string[], command: string): Promise<void> {
  if (process.getuid?.() !== 0 || !(await isExecutable('/usr/bin/apt-get'))) {
    throw new Error(
      `these tests need ${packages.join(', ')}, which is not installed and cannot be installed from here: run "${command}" as root, or give TEST_REDIS_URL, TEST_POSTGRES_URL or DOCKER_HOST`,
    );
  }
  console.error(`testing: installing ${packages.join(', ')} by apt`);
  // A package source that cannot be reached must not stop the installation: others may have the package.
  await (updated ??= apt('apt-get update -qq').catch((error: unknown) => console.error(`testing: ${String(error)}`)));
  await withServicesHeld(() => apt(command));
}

/** Another test run may do the same at this time. The lock makes it wait; apt itself does not wait for `update`. */
async function apt(command: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('flock', [join(tmpdir(), 'galaxy-apt.lock'), 'sh', '-c', command], { env, timeoutMs: 600_000 });
}

/** Debian asks policy-rc.d before it starts a newly installed service; 101 means "forbidden". */
async function withServicesHeld(act: () => Promise<void>): Promise<void> {
  const ours = await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 }).then(
    () => true,
    () => false,
  );
  try {
    await act();
  } finally {
    if (ours) await rm(policyFile, { force: true });
  }
}
