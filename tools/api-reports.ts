// Writes down what each published library gives, by its build; with --check writes nothing and fails if a report is not what it would be.
// Run `npm run build` first.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiReport } from './lib/api-report.js';
import { publishedLibraries } from './lib/published.js';
import { ROOT, report } from './lib/workspace.js';

const check = process.argv.includes('--check');
const libraries = publishedLibraries();
const stale = libraries.flatMap(({ dir, manifest }) => {
  const path = `${dir}/api-report.md`;
  const wanted = apiReport(manifest.name, join(ROOT, dir, 'dist/index.d.ts'));
  if (existsSync(join(ROOT, path)) && readFileSync(join(ROOT, path), 'utf8') === wanted) return [];
  if (check) return [`${path}: the surface has changed. Run npm run api-reports, and npm run changeset to tell what changes for others`];
  writeFileSync(join(ROOT, path), wanted);
  console.log(`wrote ${path}`);
  return [];
});

report(stale, `the surface of ${libraries.length} libraries is as reported`);
