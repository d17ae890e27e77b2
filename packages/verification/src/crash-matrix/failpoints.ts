import type { Recovery } from '@galaxy/manager-ports';
import type { Dependency } from '@galaxy/ports';
import type { ManagerPorts } from '@galaxy/use-cases';

/** The ports of the manager that call servers, and the port that only its commands have. */
export type ServerPorts = Omit<ManagerPorts, 'clock' | 'ids' | 'random' | 'observer'> & { readonly recovery: Recovery };

type AllPorts = Required<ServerPorts>;

/** What happens around an injection, see scenarios.ts. */
export type ScenarioName =
  | 'boot'
  | 'start'
  | 'slow_start'
  | 'failing_start'
  | 'stop'
  | 'restart'
  | 'poison'
  | 'release_claim'
  | 'kill'
  | 'engine_away'
  | 'shutdown'
  | 'adopt'
  | 'orphan'
  | 'gap'
  | 'taken_back'
  | 'lost_results'
  | 'forgotten'
  | 'pruned'
  | 'trimmed'
  | 'named'
  | 'named_boot'
  | 'named_lost'
  | 'named_forgotten'
  | 'engine_changed'
  | 'mass_change'
  | 'restored'
  | 'confirm_engine'
  | 'confirm_change'
  | 'recover_skip'
  | 'recover_replay'
  | 'recover_named';

/**
 * Every method of every port, with the scenarios in which it is called and an injection must happen. After a method was added or
 * renamed, this does not compile until the method has its line.
 */
export const FAILPOINTS = {
  journal: {
    cursors: ['boot', 'recover_skip'],
    moveCursor: ['boot', 'gap', 'recover_skip'],
    ingest: ['boot', 'start', 'stop', 'poison'],
    claim: ['boot', 'start', 'stop', 'restart', 'orphan'],
    renew: ['slow_start'],
    advance: ['start', 'restart'],
    finish: ['start', 'failing_start', 'stop', 'restart', 'poison', 'adopt', 'orphan', 'named'],
    releaseClaim: ['release_claim', 'shutdown'],
  },
  outbox: {
    pending: ['boot', 'poison', 'recover_replay'],
    lane: ['taken_back', 'forgotten'],
    markPublished: ['start', 'stop', 'poison', 'lost_results', 'recover_replay', 'named'],
    state: ['boot'],
    lately: ['boot', 'lost_results'],
    takeBack: ['boot', 'lost_results'],
    backlog: ['boot'],
    prune: ['pruned'],
    forgettable: ['pruned'],
  },
  leases: { acquire: ['boot', 'slow_start', 'recover_skip'], release: ['shutdown', 'recover_replay'] },
  reconcileQueue: { games: ['orphan', 'adopt'], lookAt: ['orphan'], queue: ['orphan', 'adopt'] },
  history: { pruneOperations: ['boot'], pruneRecords: ['boot'] },
  holds: {
    list: ['boot', 'recover_skip', 'confirm_engine'],
    set: ['engine_changed', 'mass_change', 'restored'],
    clear: ['confirm_engine', 'confirm_change', 'recover_skip', 'recover_replay'],
  },
  facts: { get: ['boot'], set: ['boot', 'mass_change', 'confirm_engine', 'confirm_change'] },
  // `key` calls no server and cannot fail.
  stream: { key: [], trim: ['trimmed'], read: ['boot', 'start', 'stop'], wait: ['boot', 'start'], shapes: ['boot'] },
  offsets: { load: ['boot', 'recover_skip'], save: ['start', 'stop', 'recover_replay'] },
  // `forget` and `trim` remove what nobody needs: after a crash the next call removes it.
  results: {
    publish: ['boot', 'start', 'stop', 'restart', 'taken_back', 'lost_results', 'forgotten', 'named'],
    state: ['boot'],
    held: ['lost_results', 'recover_replay'],
    adoptEpoch: ['boot', 'lost_results'],
    skipTo: ['forgotten'],
    lowerTo: ['recover_skip', 'recover_replay'],
    walk: ['pruned'],
    forget: [],
    trim: [],
  },
  deadLetters: {
    publish: ['poison', 'forgotten'],
    state: ['boot'],
    held: ['lost_results'],
    adoptEpoch: ['boot', 'lost_results'],
    skipTo: ['forgotten'],
    lowerTo: ['recover_skip', 'recover_replay'],
    walk: ['pruned'],
    forget: [],
    trim: [],
  },
  outcomes: {
    publish: ['named', 'named_lost', 'named_forgotten'],
    state: ['named_boot'],
    held: ['named_lost'],
    adoptEpoch: ['named_boot', 'named_lost'],
    skipTo: ['named_forgotten'],
    walk: ['named_boot'],
    forget: [],
    trim: [],
    lowerTo: ['recover_named'],
  },
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
    ping: ['engine_away'],
  },
  fleet: { list: ['boot', 'orphan', 'adopt', 'recover_skip'], watch: ['shutdown'] },
  engineClient: { health: ['start'] },
  recovery: { closeOperations: ['recover_skip'], lastNumbers: ['recover_skip', 'recover_replay'] },
} as const satisfies { readonly [P in keyof AllPorts]: { readonly [M in keyof AllPorts[P]]: readonly ScenarioName[] } };

/** The server behind each port; null for a port that never throws. */
export const SERVER_OF = {
  journal: 'postgres',
  outbox: 'postgres',
  leases: 'postgres',
  reconcileQueue: 'postgres',
  history: 'postgres',
  holds: 'postgres',
  facts: 'postgres',
  stream: 'redis',
  offsets: 'redis',
  results: 'redis',
  deadLetters: 'redis',
  outcomes: 'redis',
  engine: 'container_engine',
  fleet: 'container_engine',
  engineClient: null,
  recovery: 'postgres',
} as const satisfies Record<keyof ServerPorts, Dependency | null>;

export type PortName = keyof typeof FAILPOINTS;

/** One method of one port, e.g. `journal.finish`. */
export type MethodName = { [P in PortName]: `${P}.${keyof (typeof FAILPOINTS)[P] & string}` }[PortName];

/** The table {@link FAILPOINTS} as a list. */
export const METHODS: readonly { readonly method: MethodName; readonly port: PortName; readonly scenarios: readonly ScenarioName[] }[] =
  Object.entries(FAILPOINTS).flatMap(([port, methods]) =>
    Object.entries<readonly ScenarioName[]>(methods).map(([name, scenarios]) => ({
      method: `${port}.${name}` as MethodName,
      port: port as PortName,
      scenarios,
    })),
  );
