// Takes the guards that the promises rest on away, one after the other, each in a copy of the sources, and runs the suite that
// must not pass without it, and must pass with it. One line per guard; a suite that passes all the same makes the command fail.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GUARDS, type Guard, without } from './lib/guards.js';
import { projectOf } from './lib/test-projects.js';
import { ROOT, report, sourceFiles, workspacePackages } from './lib/workspace.js';

// What the packages of the workspace need of each other is found in the copy, everything else where it is installed.
function copySources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'galaxy-guards-'));
  for (const path of sourceFiles('.')) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(ROOT, path), join(copy, path));
  }
  for (const dir of ['tools', ...workspacePackages().map((each) => each.dir)].map((dir) => `${dir}/node_modules`))
    if (existsSync(join(ROOT, dir))) cpSync(join(ROOT, dir), join(copy, dir), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Runs a suite in the copy; returns what it tells first of its failures and how many there are, or null when it passed. */
function failureOf(copy: string, suite: string): string | null {
  const args = ['run', suite, '--project', projectOf(suite)];
  const env = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(join(copy, 'node_modules/.bin/vitest'), args, { cwd: copy, env, encoding: 'utf8' });
  if (status === 0) return null;
  const [, first] = /^ *FAIL +\|\w+\| (.*)$/m.exec(stdout + stderr) ?? [];
  const [, count] = / Tests +(\d+) failed/.exec(stdout) ?? [];
  if (first === undefined || count === undefined) throw new Error(`${suite} did not run:\n${stdout}${stderr}`);
  return `${count} failed: ${first}`;
}

function passesWithout(copy: string, { name, edits, suite }: Guard): boolean {
  const kept = edits.map(({ file }) => readFileSync(join(copy, file), 'utf8'));
  for (const edit of edits) writeFileSync(join(copy, edit.file), without(readFileSync(join(copy, edit.file), 'utf8'), edit));
  const failure = failureOf(copy, suite);
  for (const [at, { file }] of edits.entries()) writeFileSync(join(copy, file), kept[at] ?? '');
  console.log(`${name}: ${failure ?? `NOT MISSED by ${suite}`}`);
  return failure === null;
}

const wanted = process.argv.slice(2);
const chosen = GUARDS.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (chosen.length === 0) {
  console.error(`no guard has such a name; there are: ${GUARDS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const copy = copySources();
try {
  for (const suite of new Set(chosen.map((guard) => guard.suite))) {
    const failure = failureOf(copy, suite);
    if (failure !== null) throw new Error(`with all guards in place: ${failure}`);
  }
  const unmissed = chosen.filter((guard) => passesWithout(copy, guard)).map(({ name }) => `${name} is not missed`);
  report(unmissed, `each of ${chosen.length} guards is missed when it is taken away`);
} finally {
  rmSync(copy, { recursive: true });
}
