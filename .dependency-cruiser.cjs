// Which package may import which: imports point inward. Type-only imports count.
// Every rule here has a file in tools/arch-probes/ that breaks it, and `npm run arch` fails if that file is let through.
// A test, or what only tests share.
const TEST = '\\.test(-support)?\\.ts$';
const PACKAGE = '(?:packages/(?:adapters/)?|apps/)[^/]+';
// Packages that only tests use.
const TEST_HELP = 'testing|fake-docker|verification|port-contracts|manager-port-contracts';

/** The doors a package's sources may come in by, its own files apart. Tests may come in by `tests` too. */
const MAY_IMPORT = {
  'packages/domain': { doors: [], tests: [] },
  'packages/ports': { doors: ['packages/domain'], tests: [] },
  'packages/manager-ports': { doors: ['packages/domain', 'packages/ports'], tests: [] },
  'packages/wire': { doors: ['packages/domain', 'packages/ports'], tests: [] },
  'packages/port-contracts': { doors: ['packages/domain', 'packages/ports'], tests: [] },
  'packages/manager-port-contracts': {
    doors: ['packages/domain', 'packages/ports', 'packages/manager-ports', 'packages/port-contracts'],
    tests: [],
  },
  'packages/use-cases': { doors: ['packages/domain', 'packages/ports', 'packages/manager-ports'], tests: ['packages/adapters/memory'] },
  'packages/demo-engine': { doors: [], tests: [] },
  'packages/testing': { doors: ['packages/domain', 'packages/ports', 'packages/wire', 'packages/demo-engine'], tests: [] },
  'packages/fake-docker': { doors: ['packages/demo-engine', 'packages/testing'], tests: [] },
  'packages/verification': {
    doors: [
      'packages/domain',
      'packages/ports',
      'packages/manager-ports',
      'packages/wire',
      'packages/use-cases',
      'packages/adapters',
      'packages/port-contracts',
      'packages/manager-port-contracts',
      'packages/testing',
      'packages/fake-docker',
    ],
    tests: [],
  },
  'packages/adapters/[^/]+': {
    doors: ['packages/domain', 'packages/ports', 'packages/manager-ports', 'packages/wire'],
    tests: [
      'packages/port-contracts',
      'packages/manager-port-contracts',
      'packages/testing',
      'packages/fake-docker',
      'packages/demo-engine',
    ],
  },
};

/** The npm packages and Node modules a package may import. Packages that are not named here may import what they declare. */
const MAY_USE = {
  'packages/domain': [],
  'packages/ports': [],
  'packages/manager-ports': [],
  'packages/use-cases': [],
  'packages/wire': ['zod'],
  'packages/port-contracts': ['vitest'],
  'packages/manager-port-contracts': ['vitest'],
};
const WITHOUT_NODE = ['packages/domain', 'packages/ports', 'packages/manager-ports', 'packages/use-cases'];

const ruleName = (path) => path.replace('packages/adapters/[^/]+', 'adapters').replace('packages/', '');
const inside = (path) => (path.includes('[^/]+') ? '^(packages/adapters/[^/]+)/' : `^(${path})/`);
const doorsOf = (paths) => ['^$1/', ...paths.map((path) => `^${path}/`)];

const layers = Object.entries(MAY_IMPORT).flatMap(([path, { doors, tests }]) => [
  {
    name: `${ruleName(path)}-imports-inward`,
    severity: 'error',
    comment: `${ruleName(path)} may import ${doors.join(', ') || 'no other package'}.`,
    from: { path: inside(path), pathNot: TEST },
    to: { path: '^(packages|apps|tools)/', pathNot: doorsOf(doors) },
  },
  {
    name: `${ruleName(path)}-tests-import-inward`,
    severity: 'error',
    comment: `Tests of ${ruleName(path)} may also import ${tests.join(', ') || 'nothing more'}.`,
    from: { path: `${inside(path)}.*${TEST}` },
    to: { path: '^(packages|apps|tools)/', pathNot: doorsOf([...doors, ...tests]) },
  },
]);

const libraries = Object.entries(MAY_USE).map(([path, names]) => ({
  name: `${ruleName(path)}-needs-no-library`,
  severity: 'error',
  comment: `${ruleName(path)} may use ${names.join(', ') || 'no npm package'}.`,
  from: { path: `^${path}/`, pathNot: TEST },
  to: { path: 'node_modules/', pathNot: names.map((name) => `node_modules/${name}/`) },
}));

module.exports = {
  forbidden: [
    ...layers,
    ...libraries,
    {
      name: 'core-needs-no-node',
      severity: 'error',
      comment: 'What decides must not read files, clocks or chance: no Node module in domain, ports and use-cases.',
      from: { path: `^(${WITHOUT_NODE.join('|')})/`, pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'test-help-stays-in-tests',
      severity: 'error',
      comment: 'testing, fake-docker, verification, the contract suites and memory are for tests; the embedded mode composes memory too.',
      from: {
        path: '^(packages|apps)/',
        pathNot: [TEST, `^packages/(${TEST_HELP}|adapters/memory)/`, '^apps/rtmanager/src/(compose|demo)/'],
      },
      to: { path: `^packages/(${TEST_HELP}|adapters/memory)/` },
    },
    {
      name: 'service-needs-no-test-help',
      severity: 'error',
      comment: 'Not even the embedded mode starts test servers or suites.',
      from: { path: '^apps/', pathNot: TEST },
      to: { path: `^packages/(${TEST_HELP})/` },
    },
    {
      name: 'embedded-parts-only-in-compose',
      severity: 'error',
      comment: 'Demo engines and their container engine are composed by the embedded mode alone.',
      from: { path: '^apps/', pathNot: [TEST, '^apps/rtmanager/src/(compose|demo)/'] },
      to: { path: '^packages/(adapters/local-process|demo-engine)/' },
    },
    {
      name: 'adapters-only-from-compose',
      severity: 'error',
      comment: 'Adapters are constructed in compose; the configuration asks one adapter which addresses it takes.',
      from: { path: '^apps/rtmanager/', pathNot: [TEST, '^apps/rtmanager/src/(compose|demo)/', '^apps/rtmanager/src/config/units\\.ts$'] },
      to: { path: '^packages/adapters/' },
    },
    {
      name: 'apps-are-strangers',
      severity: 'error',
      comment: 'No app is built on another, except that the service embeds the demo engine and its demo plays Lobby.',
      from: { path: '^(apps/[^/]+)/' },
      to: {
        path: '^apps/',
        pathNot: ['^$1/', '^apps/lobby-producer/'],
      },
    },
    {
      name: 'one-door-per-package',
      severity: 'error',
      comment: 'A package is entered by its src/index.ts.',
      from: { path: `^(${PACKAGE}|tools)/` },
      to: { path: `^${PACKAGE}/src/`, pathNot: ['^$1/', '/src/index\\.ts$'] },
    },
    {
      name: 'by-name-not-by-path',
      severity: 'error',
      comment: 'Another package is imported by its name, as strangers do, so that its manifest stays true.',
      from: { path: `^(${PACKAGE}|tools)/` },
      to: { path: `^${PACKAGE}/`, pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'sources-not-builds',
      severity: 'error',
      comment: 'Sources import sources: dist may be stale or absent.',
      from: { path: '^(packages|apps|tools)/' },
      to: { path: '^(packages|apps)/.*/dist/' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      comment: 'What a test defines stays in it; what tests share is named .test-support.ts, and is for tests alone.',
      from: { pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: 'tests-are-strangers',
      severity: 'error',
      comment: 'No test needs another test: share through a .test-support.ts file.',
      from: { path: TEST },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'ship-what-you-import',
      severity: 'error',
      comment: 'What runs in production is declared as a dependency. Of the packages of this repository publish-check sees to it.',
      from: { path: '^(packages|apps)/', pathNot: [TEST, '^packages/testing/'] },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'npm-peer'],
        pathNot: '^(packages|apps)/',
      },
    },
    {
      name: 'lobby-producer-ships-public',
      severity: 'error',
      comment: 'The published producer imports published packages, and adapters/redis, which its build packs into it.',
      from: { path: '^apps/lobby-producer/', pathNot: TEST },
      to: {
        path: '^(packages|apps|tools)/',
        pathNot: ['^apps/lobby-producer/', '^packages/(domain|ports|wire|adapters/redis)/'],
      },
    },
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'Files that need each other are one file.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import that resolves to nothing escapes every other rule.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: '/migrations/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['galaxy-source', 'types', 'import', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.mts', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
