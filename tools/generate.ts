// Writes every generated file anew; with --check writes nothing and fails if one is not what it would be.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GENERATED } from './generators/index.js';
import { ROOT, report } from './lib/workspace.js';

const check = process.argv.includes('--check');
const stale: string[] = [];

for (const { path, text } of GENERATED) {
  const file = join(ROOT, path);
  const wanted = await text();
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) continue;
  if (check) {
    stale.push(`${path} is stale: run npm run generate`);
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, wanted);
    console.log(`wrote ${path}`);
  }
}

report(stale, `all ${GENERATED.length} generated files are current`);
