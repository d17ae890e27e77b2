/** Files planted into a stand-in workspace, and the rule that must refuse the first of them; `null` for what must be let through. */
export interface Probe {
  readonly refusedBy: string | null;
  readonly files: Readonly<Record<string, string>>;
}

const probe = (refusedBy: string | null, path: string, source: string, others: Readonly<Record<string, string>> = {}): Probe => ({
  refusedBy,
  files: { [path]: source, ...others },
});
const door = (name: string): string => `import { door } from '@galaxy/${name}';\nexport const probe = door;\n`;
const typeOf = (name: string): string => `import type { Door } from '@galaxy/${name}';\nexport type Probe = Door;\n`;

/** At least one probe for every rule of `.dependency-cruiser.cjs`, and the imports that the rules must not hinder. */
export const PROBES: readonly Probe[] = [
  probe('domain-imports-inward', 'packages/domain/src/probe.ts', typeOf('ports')),
  probe('domain-imports-inward', 'packages/domain/src/probe.ts', door('wire')),
  probe('domain-tests-import-inward', 'packages/domain/src/probe.test.ts', door('adapter-memory')),
  probe('domain-needs-no-library', 'packages/domain/src/probe.ts', "import { z } from 'zod';\nexport const probe = z;\n"),
  probe(
    'core-needs-no-node',
    'packages/domain/src/probe.ts',
    "import { randomUUID } from 'node:crypto';\nexport const probe = randomUUID;\n",
  ),
  probe('core-needs-no-node', 'packages/use-cases/src/probe.ts', "export { setTimeout } from 'node:timers/promises';\n"),

  probe('ports-imports-inward', 'packages/ports/src/probe.ts', typeOf('wire')),
  probe('ports-tests-import-inward', 'packages/ports/src/probe.test.ts', door('adapter-memory')),
  probe('ports-needs-no-library', 'packages/ports/src/probe.ts', "export type { ZodType } from 'zod';\n"),
  probe(null, 'packages/ports/src/probe.ts', typeOf('domain')),

  probe('ports-imports-inward', 'packages/ports/src/probe.ts', typeOf('manager-ports')),
  probe('manager-ports-imports-inward', 'packages/manager-ports/src/probe.ts', typeOf('wire')),
  probe('manager-ports-tests-import-inward', 'packages/manager-ports/src/probe.test.ts', door('adapter-memory')),
  probe('manager-ports-needs-no-library', 'packages/manager-ports/src/probe.ts', "export type { ZodType } from 'zod';\n"),
  probe(
    null,
    'packages/manager-ports/src/probe.ts',
    "export { door } from '@galaxy/domain';\nexport { door as ports } from '@galaxy/ports';\n",
  ),

  probe('wire-imports-inward', 'packages/wire/src/probe.ts', typeOf('manager-ports')),
  probe('wire-imports-inward', 'packages/wire/src/probe.ts', door('use-cases')),
  probe('wire-tests-import-inward', 'packages/wire/src/probe.test.ts', door('adapter-redis')),
  probe('wire-needs-no-library', 'packages/wire/src/probe.ts', "export { Redis } from 'ioredis';\n"),
  probe(null, 'packages/wire/src/probe.ts', "export { z } from 'zod';\nexport { door } from '@galaxy/domain';\n"),

  probe('port-contracts-imports-inward', 'packages/port-contracts/src/probe.ts', door('wire')),
  probe('port-contracts-tests-import-inward', 'packages/port-contracts/src/probe.test.ts', door('testing')),
  probe('port-contracts-needs-no-library', 'packages/port-contracts/src/probe.ts', "export { z } from 'zod';\n"),
  probe(null, 'packages/port-contracts/src/probe.ts', "export { it } from 'vitest';\nexport { door } from '@galaxy/ports';\n"),

  probe('port-contracts-imports-inward', 'packages/port-contracts/src/probe.ts', typeOf('manager-ports')),
  probe('manager-port-contracts-imports-inward', 'packages/manager-port-contracts/src/probe.ts', door('wire')),
  probe('manager-port-contracts-tests-import-inward', 'packages/manager-port-contracts/src/probe.test.ts', door('testing')),
  probe('manager-port-contracts-needs-no-library', 'packages/manager-port-contracts/src/probe.ts', "export { z } from 'zod';\n"),

  probe('use-cases-imports-inward', 'packages/use-cases/src/probe.ts', door('adapter-docker')),
  probe('use-cases-imports-inward', 'packages/use-cases/src/probe.ts', typeOf('wire')),
  probe('use-cases-tests-import-inward', 'packages/use-cases/src/probe.test.ts', door('adapter-redis')),
  probe('use-cases-needs-no-library', 'packages/use-cases/src/probe.ts', "export { pino } from 'pino';\n"),
  probe(null, 'packages/use-cases/src/probe.test.ts', door('adapter-memory')),

  probe('adapters-imports-inward', 'packages/adapters/redis/src/probe.ts', door('adapter-docker')),
  probe('adapters-imports-inward', 'packages/adapters/postgres/src/probe.ts', door('use-cases')),
  probe('adapters-tests-import-inward', 'packages/adapters/redis/src/probe.test.ts', door('adapter-memory')),
  probe(null, 'packages/adapters/redis/src/probe.ts', `import { Redis } from 'ioredis';\n${door('wire')}export const redis = Redis;\n`),
  probe(
    null,
    'packages/adapters/redis/src/probe.test.ts',
    "export { door } from '@galaxy/port-contracts';\nexport { door as kit } from '@galaxy/testing';\n",
  ),

  probe('testing-imports-inward', 'packages/testing/src/probe.ts', door('adapter-redis')),
  probe('testing-tests-import-inward', 'packages/testing/src/probe.test.ts', door('use-cases')),
  probe(null, 'packages/testing/src/probe.ts', door('demo-engine')),

  probe('demo-engine-imports-inward', 'packages/demo-engine/src/probe.ts', door('domain')),
  probe('demo-engine-tests-import-inward', 'packages/demo-engine/src/probe.test.ts', door('testing')),
  probe('fake-docker-imports-inward', 'packages/fake-docker/src/probe.ts', door('domain')),
  probe('fake-docker-tests-import-inward', 'packages/fake-docker/src/probe.test.ts', door('adapter-docker')),
  probe(null, 'packages/fake-docker/src/probe.ts', door('testing')),

  probe('verification-imports-inward', 'packages/verification/src/harness/probe.ts', door('rtmanager')),
  probe('verification-tests-import-inward', 'packages/verification/src/probe.test.ts', door('rtmanager')),
  probe(
    null,
    'packages/verification/src/harness/probe.ts',
    "export { door } from '@galaxy/testing';\nexport { door as suites } from '@galaxy/port-contracts';\nexport { door as memory } from '@galaxy/adapter-memory';\n",
  ),

  probe('test-help-stays-in-tests', 'apps/rtmanager/src/http/probe.ts', door('adapter-memory')),
  probe('test-help-stays-in-tests', 'packages/use-cases/src/probe.ts', door('verification')),
  probe('service-needs-no-test-help', 'apps/rtmanager/src/compose/probe.ts', door('testing')),
  probe('service-needs-no-test-help', 'apps/rtmanager/src/compose/probe.ts', door('verification')),
  probe('embedded-parts-only-in-compose', 'apps/rtmanager/src/probe.ts', door('adapter-local-process')),
  probe(
    null,
    'apps/rtmanager/src/compose/probe.ts',
    "export { door } from '@galaxy/adapter-memory';\nexport { door as process } from '@galaxy/adapter-local-process';\n",
  ),
  probe(
    null,
    'apps/rtmanager/src/probe.test.ts',
    "export { door } from '@galaxy/testing';\nexport { door as verification } from '@galaxy/verification';\n",
  ),
  probe('adapters-only-from-compose', 'apps/rtmanager/src/cli/probe.ts', door('adapter-postgres')),
  probe('adapters-only-from-compose', 'apps/rtmanager/src/config/probe.ts', typeOf('adapter-redis')),
  probe(null, 'apps/rtmanager/src/demo/probe.ts', door('adapter-memory')),
  probe(null, 'apps/lobby-producer/src/probe.ts', door('adapter-redis')),
  probe('apps-are-strangers', 'apps/lobby-producer/src/probe.test.ts', door('rtmanager')),

  probe('one-door-per-package', 'apps/rtmanager/src/probe.ts', "export { inner } from '../../../packages/wire/src/inner.js';\n"),
  probe('by-name-not-by-path', 'apps/rtmanager/src/probe.ts', "export { door } from '../../../packages/wire/src/index.js';\n"),
  probe('sources-not-builds', 'apps/rtmanager/src/probe.ts', "export { door } from '../../../packages/wire/dist/index.js';\n"),
  probe('nothing-imports-tests', 'packages/wire/src/probe.ts', "export { help } from './help.test.js';\n", {
    'packages/wire/src/help.test.ts': 'export const help = 1;\n',
  }),
  probe('nothing-imports-tests', 'packages/wire/src/probe.ts', "export { help } from './help.test-support.js';\n", {
    'packages/wire/src/help.test-support.ts': 'export const help = 1;\n',
  }),
  probe('tests-are-strangers', 'packages/wire/src/probe.test.ts', "export { help } from './help.test.js';\n", {
    'packages/wire/src/help.test.ts': 'export const help = 1;\n',
  }),
  probe(null, 'packages/wire/src/probe.test.ts', "export { help } from './help.test-support.js';\n", {
    'packages/wire/src/help.test-support.ts': 'export const help = 1;\n',
  }),
  probe('ship-what-you-import', 'packages/adapters/docker/src/probe.ts', "export { it } from 'vitest';\n"),
  probe('lobby-producer-ships-public', 'apps/lobby-producer/src/probe.ts', door('adapter-memory')),
  probe('lobby-producer-ships-public', 'apps/lobby-producer/src/probe.ts', typeOf('manager-ports')),
  probe(
    null,
    'apps/lobby-producer/src/probe.ts',
    "export { door } from '@galaxy/adapter-redis';\nexport { door as wire } from '@galaxy/wire';\n",
  ),
  probe('no-circle', 'packages/wire/src/probe.ts', "import type { Other } from './other.js';\nexport type Probe = Other;\n", {
    'packages/wire/src/other.ts': "import type { Probe } from './probe.js';\nexport type Other = Probe;\n",
  }),
  probe('resolvable', 'packages/wire/src/probe.ts', "export { gone } from './gone.js';\n"),
  probe('resolvable', 'packages/wire/src/probe.ts', "export { inner } from '@galaxy/domain/src/inner.js';\n"),
];
