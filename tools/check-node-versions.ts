// Runs the quick unit tests and the demo, which must have been built, on every later Node.js line.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { NODE_VERSIONS, nodeProgram } from './lib/node-versions.js';
import { ROOT, report, workspacePackages } from './lib/workspace.js';

// The use cases touch nothing of Node.js, and verification takes long to say the same of them: the demo shows that they run.
// What only tests use runs on the Node.js of those who work here.
const SKIPPED = ['packages/use-cases', 'packages/verification', 'packages/testing', 'packages/fake-docker'];
const TESTED = workspacePackages().flatMap(({ dir }) => (SKIPPED.includes(dir) ? [] : [`${dir}/`]));

const RUNS = {
  'unit tests': [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project=unit', ...TESTED],
  demo: [join(ROOT, 'apps/rtmanager/dist/demo.js')],
};

function problemsOn(version: string): string[] {
  let program: string;
  try {
    program = nodeProgram(version);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  // Tests start `node`, too.
  const env = { ...process.env, PATH: [dirname(program), process.env['PATH']].join(delimiter), GALAXY_TEST_SCALE: '0.05' };
  return Object.entries(RUNS).flatMap(([name, args]) => {
    console.log(`Node.js ${version}: ${name}`);
    const startedAt = performance.now();
    const { status } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', env });
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return status === 0 ? [] : [`${name} on Node.js ${version}`];
  });
}

report(NODE_VERSIONS.flatMap(problemsOn), `unit tests and demo run on Node.js ${NODE_VERSIONS.join(' and ')}`);
