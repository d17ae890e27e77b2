import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MEASUREMENTS, projectOf, WAITING_TESTS } from './test-projects.js';
import { ROOT } from './workspace.js';

it('knows the project of each test file', () => {
  expect(projectOf('packages/domain/src/x.test.ts')).toBe('unit');
  expect(projectOf('packages/adapters/redis/src/contracts.int.test.ts')).toBe('int');
  expect(projectOf('packages/adapters/redis/src/faults.int.test.ts')).toBe('waiting');
  expect(projectOf('packages/adapters/postgres/src/faults.int.test.ts')).toBe('heavy');
});

// A folder that is renamed must not silently put its tests among those that run side by side.
it('has every test that boots the service among the heavy or the waiting ones', () => {
  const files = ['packages', 'apps'].flatMap(serverTestsUnder);
  const booting = files.filter((file) => /crash-matrix|chaos|service-tests|hostile-streams|boots|replicas/.test(file));
  expect(booting.length).toBeGreaterThan(20);
  expect(booting.filter((file) => !['heavy', 'waiting'].includes(projectOf(file)))).toEqual([]);
});

it('names waiting tests that are there', () => {
  expect(WAITING_TESTS.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});

it('names measurements that are there', () => {
  expect(MEASUREMENTS.filter((file) => !existsSync(join(ROOT, file)) || projectOf(file) !== 'heavy')).toEqual([]);
});

function serverTestsUnder(folder: string): readonly string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : serverTestsUnder(path);
    return path.endsWith('.int.test.ts') ? [path] : [];
  });
}
