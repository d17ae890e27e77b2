import type { KnipConfig } from 'knip';

// Run twice: as it is, where tests count as users, and with --production, where what only a test uses is dead. The second
// takes tsconfig.build.json, which tells what a built file is made from: a build may lie about.
const production = process.argv.includes('--production');

// Nobody outside can use a private package: what its door gives must have a user here. Types are let off: a door names
// those of its signatures whether or not somebody writes them down. Not asked of memory, which tests use, nor of redis, which also
// implements the public JobResultPublisher: the service itself publishes by numbers.
const door = { includeEntryExports: production } as const;

const config: KnipConfig = {
  // A name given for the sake of its test is no dead code as long as its own file needs it.
  ignoreExportsUsedInFile: production,
  exclude: production ? ['types'] : [],
  ignore: production ? ['**/*.test-support.ts'] : [],
  // Tests are the only users that these have.
  ignoreWorkspaces: production ? ['packages/testing', 'packages/fake-docker', 'tools'] : [],
  workspaces: {
    '.': {
      // Started by tools/ by path, and by people.
      ignoreDependencies: ['@arethetypeswrong/cli', 'dependency-cruiser', 'publint'],
    },
    tools: { entry: ['*.ts'] },
    // All of it is for tests, its own and those of the apps.
    // setpriv is part of every Debian.
    'packages/verification': { entry: ['src/**/*.ts!', '!src/**/*.test.ts!'], ignoreBinaries: ['setpriv'] },
    'packages/use-cases': door,
    'packages/adapters/docker': door,
    'packages/adapters/postgres': door,
    'packages/adapters/engine-http': door,
    // Loaded into other processes by its path.
    'packages/adapters/local-process': { ...door, entry: ['src/exit-with-parent.ts!'] },
    // The service with failpoints is bundled by its path.
    'apps/rtmanager': { entry: ['src/main.ts!', 'src/demo.ts!', 'src/service-tests/failpoints-main.test-support.ts'] },
    'packages/demo-engine': { entry: ['src/main.ts!'] },
  },
};

export default config;
