import type { OperationLog, OperationQueue } from '@galaxy/manager-ports';
import type { Dependency } from '@galaxy/ports';
import type { ManagerPorts } from '@galaxy/use-cases';

/** The ports behind which there is a server: those of the manager, and those of a process that requests by name. */
export interface ServedPorts extends Required<Omit<ManagerPorts, 'clock' | 'ids' | 'random' | 'observer'>> {
  readonly queue: OperationQueue;
  readonly log: Pick<OperationLog, 'get'>;
}

export type ServedPort = keyof ServedPorts;

/** The server behind each port. */
export const SERVER_OF = {
  journal: 'postgres',
  outbox: 'postgres',
  leases: 'postgres',
  reconcileQueue: 'postgres',
  history: 'postgres',
  queue: 'postgres',
  log: 'postgres',
  holds: 'postgres',
  facts: 'postgres',
  stream: 'redis',
  offsets: 'redis',
  results: 'redis',
  deadLetters: 'redis',
  outcomes: 'redis',
  engine: 'container_engine',
  fleet: 'container_engine',
  engineClient: 'game_engine',
} as const satisfies Record<ServedPort, Dependency>;

/**
 * Every call of a port that a manager or a requester can make. Not `lowerTo` and `clear`: only the commands of operators call these. Not
 * `forget` and the `trim` of results: no history is long enough.
 */
export const CALLS_OF = {
  journal: ['cursors', 'moveCursor', 'ingest', 'claim', 'renew', 'advance', 'finish', 'releaseClaim'],
  outbox: ['pending', 'lane', 'markPublished', 'state', 'lately', 'takeBack', 'backlog', 'prune', 'forgettable'],
  leases: ['acquire', 'release'],
  reconcileQueue: ['games', 'lookAt', 'queue'],
  history: ['pruneOperations', 'pruneRecords'],
  queue: ['enqueue'],
  log: ['get'],
  holds: ['list', 'set'],
  facts: ['get', 'set'],
  stream: ['read', 'wait', 'shapes', 'trim'],
  offsets: ['load', 'save'],
  results: ['publish', 'state', 'held', 'adoptEpoch', 'skipTo', 'walk'],
  deadLetters: ['publish', 'state', 'held', 'adoptEpoch', 'skipTo', 'walk'],
  outcomes: ['publish', 'state', 'held', 'adoptEpoch', 'skipTo', 'walk'],
  engine: ['ensureImage', 'prepare', 'create', 'start', 'stop', 'kill', 'remove', 'find', 'inspect', 'ping'],
  fleet: ['list', 'watch'],
  engineClient: ['health'],
} as const satisfies { readonly [P in ServedPort]: readonly Exclude<keyof ServedPorts[P], 'key'>[] };

/** A call by name, such as `journal.claim`. */
export type CallName = `${ServedPort}.${string}`;

/** All calls of {@link CALLS_OF}. */
export const CALLS: readonly CallName[] = Object.entries(CALLS_OF).flatMap(([port, methods]) =>
  methods.map((method) => `${port as ServedPort}.${method}` as const),
);

/** The calls that change a container. */
export const MUTATIONS: ReadonlySet<string> = new Set(['engine.create', 'engine.start', 'engine.stop', 'engine.kill', 'engine.remove']);

/** How long a caller waits for a server that does not answer. */
export const DEADLINE_MS: Readonly<Record<Dependency, number>> = {
  postgres: 3000,
  redis: 2000,
  container_engine: 4000,
  game_engine: 1000,
};
