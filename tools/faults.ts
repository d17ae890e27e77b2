// Runs the suites that let things fail, again and again, each time with another seed, until the minutes are over. One line per
// run says what it came to. The first violation ends it, with all that its suite has written and the command that repeats it.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { derivedSeed, toldOf } from './lib/fault-runs.js';
import { MEASUREMENTS, projectOf } from './lib/test-projects.js';
import { binary, ROOT } from './lib/workspace.js';

const OWN = 'packages/verification/src';
const SERVICE = 'apps/rtmanager/src/service-tests';
const SUITES: readonly string[] = [
  ...intTestsUnder(OWN),
  `${OWN}/simulation/simulation.test.ts`,
  `${SERVICE}/killed-manager.int.test.ts`,
  `${SERVICE}/restarted-servers.int.test.ts`,
];

function intTestsUnder(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.int.test.ts'))
    .toSorted()
    .map((name) => `${folder}/${name}`)
    .filter((path) => !MEASUREMENTS.includes(path));
}

const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string', default: '10' } } });
const seed = Number(values.seed ?? randomInt(2 ** 31));
const minutes = Number(values.minutes);
if (!Number.isInteger(seed) || seed < 0 || !(minutes > 0)) {
  console.error('usage: npm run faults -- [--seed <number>] [--minutes <number>]');
  process.exit(2);
}

/** Runs one suite; returns what it wrote, and whether it found nothing wrong. */
async function take(file: string, withSeed: number): Promise<{ output: string; passed: boolean }> {
  const args = ['run', '--project', projectOf(file), file, '--disable-console-intercept'];
  const env = { ...process.env, GALAXY_TEST_SEED: String(withSeed), NO_COLOR: '1' };
  const child = spawn(binary('vitest'), args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output: out + err, passed: (await ended) === 0 };
}

console.log(`seed ${seed}, ${minutes} minutes, ${SUITES.length} suites`);
const endsAt = performance.now() + minutes * 60_000;
let run = 0;
while (performance.now() < endsAt) {
  const suite = SUITES[run % SUITES.length];
  if (suite === undefined) throw new Error('there are no suites');
  const runSeed = derivedSeed(seed, run);
  const { output, passed } = await take(suite, runSeed);
  run += 1;
  const told = toldOf(output);
  for (const line of told.length > 0 ? told : [`seed ${runSeed}: ${suite}`]) console.log(line);
  if (passed) continue;
  console.error(output);
  console.error(`violated in run ${run}: GALAXY_TEST_SEED=${runSeed} npx vitest run --project ${projectOf(suite)} ${suite}`);
  process.exit(1);
}
console.log(`${run} runs, nothing violated`);
