/** A project of vitest.config.ts. */
export type TestProject = 'unit' | 'int' | 'heavy';

const WITH_SERVERS = '.int.test.ts';
const HEAVY_FOLDERS: readonly string[] = ['packages/verification', 'apps/rtmanager/src/service-tests'];
const HEAVY_NAME = 'faults.int.test.ts';

/** Every test that uses real servers, as a glob. */
export const SERVER_TESTS = `{packages,apps}/**/*${WITH_SERVERS}`;

/**
 * Tests that boot the service or break servers, as globs. Each of these files gets the machine to itself: beside another one,
 * on two cores, what both wait for takes longer than either allows.
 */
export const HEAVY_TESTS: readonly string[] = [
  ...HEAVY_FOLDERS.map((folder) => `${folder}/**/*${WITH_SERVERS}`),
  `packages/adapters/**/*${HEAVY_NAME}`,
];

/** Suites that measure and judge little, as paths. They run by commands of their own (`npm run measure`), not in `npm test`. */
export const MEASUREMENTS: readonly string[] = ['apps/rtmanager/src/service-tests/measure-held-rows.int.test.ts'];

/** The project that a test file belongs to, by its path from the root of the repository. */
export function projectOf(file: string): TestProject {
  if (!file.endsWith(WITH_SERVERS)) return 'unit';
  const isHeavy = HEAVY_FOLDERS.some((folder) => file.startsWith(`${folder}/`)) || file.endsWith(HEAVY_NAME);
  return isHeavy ? 'heavy' : 'int';
}
