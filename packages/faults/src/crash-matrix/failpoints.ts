import type { Dependency } from '@galaxy/ports';
import type { ManagerPorts } from '@galaxy/use-cases';

/** The ports of the manager that lead to servers. */
export type ServerPorts = Omit<ManagerPorts, 'clock' | 'ids' | 'chance' | 'observer'>;

/** What is going on when a fault strikes, see scenarios.ts. */
export type ScenarioName =
  | 'boot'
  | 'start'
  | 'slow_start'
  | 'failing_start'
  | 'stop'
  | 'restart'
  | 'poison'
  | 'hand_back'
  | 'kill'
  | 'adopt'
  | 'orphan';

/**
 * Every method of every port, and the scenarios in which it is called and must be struck: a method that is renamed or new
 * does not compile until it has its line. None: nothing that changes or is lost hangs on it, or only an operator or a
 * lost server brings it about.
 */
export const FAILPOINTS = {
  journal: {
    cursors: ['boot'],
    moveCursor: [],
    takeIn: ['boot', 'start', 'stop', 'poison'],
    claim: ['boot', 'start', 'stop', 'restart', 'orphan'],
    renew: ['slow_start'],
    advance: ['start', 'restart'],
    finish: ['start', 'failing_start', 'stop', 'restart', 'poison', 'adopt', 'orphan'],
    handBack: ['hand_back'],
  },
  outbox: {
    pending: ['boot', 'poison'],
    lane: [],
    markPublished: ['start', 'stop', 'poison'],
    state: ['boot'],
    lately: [],
    takeBack: [],
    backlog: [],
    prune: [],
  },
  leases: { acquire: ['boot', 'slow_start'], release: [] },
  reconcileQueue: { games: ['orphan', 'adopt'], lookAt: ['orphan'], queue: ['orphan', 'adopt'] },
  holds: { list: ['boot'], set: [], clear: [] },
  settings: { get: ['boot'], set: ['boot'] },
  stream: { key: [], read: ['boot', 'start', 'stop'], wait: ['boot', 'start'], shapes: ['boot'] },
  offsets: { load: ['boot'], save: ['start', 'stop'] },
  results: {
    publish: ['boot', 'start', 'stop', 'restart'],
    state: ['boot'],
    held: [],
    adoptEpoch: ['boot'],
    skipTo: [],
    lowerTo: [],
  },
  deadLetters: { publish: ['poison'], state: ['boot'], held: [], adoptEpoch: ['boot'], skipTo: [], lowerTo: [] },
  engine: {
    ensureImage: ['start'],
    prepare: ['start'],
    create: ['start', 'failing_start', 'restart'],
    start: ['start', 'failing_start', 'restart'],
    stop: ['stop'],
    kill: ['kill'],
    remove: ['failing_start', 'restart', 'orphan'],
    find: ['start', 'orphan'],
    inspect: ['start', 'stop'],
    ping: [],
  },
  fleet: { list: ['boot', 'orphan', 'adopt'], watch: [] },
  engineClient: { health: ['start'] },
} as const satisfies { readonly [P in keyof ServerPorts]: { readonly [M in keyof ServerPorts[P]]: readonly ScenarioName[] } };

/** The server behind each port; null for one that never throws. */
export const SERVER_OF = {
  journal: 'postgres',
  outbox: 'postgres',
  leases: 'postgres',
  reconcileQueue: 'postgres',
  holds: 'postgres',
  settings: 'postgres',
  stream: 'redis',
  offsets: 'redis',
  results: 'redis',
  deadLetters: 'redis',
  engine: 'container_engine',
  fleet: 'container_engine',
  engineClient: null,
} as const satisfies Record<keyof ServerPorts, Dependency | null>;

/** A port by name. */
export type PortName = keyof typeof FAILPOINTS;

/** One method of one port, e.g. `journal.finish`. */
export type MethodName = { [P in PortName]: `${P}.${keyof (typeof FAILPOINTS)[P] & string}` }[PortName];

/** Every method and the scenarios it is struck in. */
export const METHODS: readonly { readonly method: MethodName; readonly port: PortName; readonly scenarios: readonly ScenarioName[] }[] =
  Object.entries(FAILPOINTS).flatMap(([port, methods]) =>
    Object.entries<readonly ScenarioName[]>(methods).map(([name, scenarios]) => ({
      method: `${port}.${name}` as MethodName,
      port: port as PortName,
      scenarios,
    })),
  );
