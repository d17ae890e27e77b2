// Runs the version before beside this one, on one database: npm run upgrade -- [commit]. The version before is the given commit,
// or the parent of the one that brought the newest migration. It is checked out and installed in a folder of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, ROOT } from './lib/workspace.js';

const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

function commitBefore(): string {
  const [given] = process.argv.slice(2);
  const newest = (): string => git('log', '-1', '--format=%H', '--diff-filter=A', '--', 'packages/adapters/postgres/migrations/*.sql');
  return git('rev-parse', `${given ?? `${newest()}~1`}^{commit}`);
}

const commit = commitBefore();
const folder = join(mkdtempSync(join(tmpdir(), 'galaxy-before-')), 'before');
git('worktree', 'add', '--detach', folder, commit);
try {
  console.log(`the version before: ${commit}`);
  execFileSync('npm', ['run', '-s', 'setup', '--', '--reporter=silent'], { cwd: folder, stdio: 'inherit' });
  const args = ['run', '--config', join(ROOT, 'tools/upgrade.vitest.config.ts')];
  const { status } = spawnSync(binary('vitest'), args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, GALAXY_BEFORE: folder } });
  process.exitCode = status ?? 1;
} finally {
  git('worktree', 'remove', '--force', folder);
}
