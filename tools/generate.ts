// Writes every generated file anew, and removes the ones whose source is gone; with --check changes nothing, and fails if it would.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GENERATED, GENERATED_FOLDERS } from './generators/index.js';
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

for (const path of leftOver()) {
  if (check) {
    stale.push(`${path} has no source any more: run npm run generate`);
  } else {
    rmSync(join(ROOT, path), { recursive: true });
    console.log(`removed ${path}`);
  }
}

report(stale, `all ${GENERATED.length} generated files are current`);

function leftOver(): string[] {
  const wanted = new Set(GENERATED.map(({ path }) => path));
  const folders = GENERATED_FOLDERS.filter((folder) => existsSync(join(ROOT, folder)));
  const found = folders.flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`));
  return found.filter((path) => !wanted.has(path));
}
