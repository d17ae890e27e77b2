// A contract suite that nobody runs promises nothing: each must be called by the memory adapter and by at least one real one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportedSuites, uncalledContracts } from './lib/uncalled-contracts.js';
import { ROOT, report, sourceFiles } from './lib/workspace.js';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const doors = ['packages/port-contracts/src/index.ts', 'packages/manager-port-contracts/src/index.ts'];
const suites = doors.flatMap((door) => exportedSuites(read(door)));
const tests = sourceFiles('packages/adapters', 'apps')
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => ({ path, text: read(path) }));

report(
  suites.length === 0 ? ['no package gives a suite'] : uncalledContracts(suites, tests),
  `all ${suites.length} contract suites are called by memory and by a real adapter`,
);
