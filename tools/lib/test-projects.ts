/** A project of vitest.config.ts. */
export type TestProject = 'unit' | 'int' | 'waiting' | 'heavy';

const WITH_SERVERS = '.int.test.ts';
const VERIFICATION = 'packages/verification';
const SERVICE_TESTS = 'apps/rtmanager/src/service-tests';
const HEAVY_NAME = 'faults.int.test.ts';

/** Every test that uses real servers, as a glob. */
export const SERVER_TESTS = `{packages,apps}/**/*${WITH_SERVERS}`;

/**
 * Tests that boot the service or break servers, as globs. But for those in {@link WAITING_TESTS}, each of these files gets the machine
 * to itself: beside another one, on two cores, what both wait for takes longer than either allows.
 */
export const HEAVY_TESTS: readonly string[] = [
  `${VERIFICATION}/**/*${WITH_SERVERS}`,
  `${SERVICE_TESTS}/**/*${WITH_SERVERS}`,
  `packages/adapters/**/*${HEAVY_NAME}`,
];

/**
 * Tests that boot the service or break servers, one or two at a time, and then mostly wait, as paths: none of them was seen to use
 * more than half of two cores. Two of these files run at once.
 */
export const WAITING_TESTS: readonly string[] = [
  ...['boot-and-shutdown', 'dead-letters', 'decoding', 'engine-away', 'hardening', 'hardest-cases-engine', 'held-rows'].map(serviceTest),
  ...['named-outcomes', 'outcomes', 'preemption', 'restored-database', 'silent-postgres'].map(serviceTest),
  `${VERIFICATION}/src/streams/hostile/hostile-streams.int.test.ts`,
  `${VERIFICATION}/src/streams/lost/lost-streams.int.test.ts`,
  `packages/adapters/docker/src/client/docker-${HEAVY_NAME}`,
  `packages/adapters/redis/src/${HEAVY_NAME}`,
];

/** Suites that measure and judge little, as paths. They run by commands of their own (`npm run measure`), not in `npm test`. */
export const MEASUREMENTS: readonly string[] = [serviceTest('measure-held-rows')];

/** The project that a test file belongs to, by its path from the root of the repository. */
export function projectOf(file: string): TestProject {
  if (!file.endsWith(WITH_SERVERS)) return 'unit';
  if (WAITING_TESTS.includes(file)) return 'waiting';
  const isHeavy = [VERIFICATION, SERVICE_TESTS].some((folder) => file.startsWith(`${folder}/`)) || file.endsWith(HEAVY_NAME);
  return isHeavy ? 'heavy' : 'int';
}

function serviceTest(name: string): string {
  return `${SERVICE_TESTS}/${name}${WITH_SERVERS}`;
}
