import type { Observer, RuntimeEvent } from '@galaxy/manager-ports';
import { HOLD_REASONS } from '@galaxy/manager-ports';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Counts what happens, for `GET /metrics`. Labels take few values only: never a game, an entry or an image. */
export interface Metrics {
  readonly observer: Observer;
  /** The Prometheus text format. */
  readonly render: () => Promise<string>;
  readonly contentType: string;
}

const BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Makes the metrics of one process. */
export function makeMetrics(): Metrics {
  const registry = new Registry();
  const meters = makeMeters(registry);
  showFromTheBeginning(meters);
  return {
    observer: { observe: (event) => count(event, meters) },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

// A counter that first appears with 1 has not risen for whoever asks by how much it has.
function showFromTheBeginning({ holds, refused, lost, recreated, deadLettered }: Meters): void {
  for (const reason of HOLD_REASONS) holds.set({ reason }, 0);
  for (const stream of ['start_jobs', 'stop_jobs']) for (const counter of [refused, lost, recreated]) counter.inc({ stream }, 0);
  for (const op of ['start', 'stop']) deadLettered.inc({ op }, 0);
}

function makeMeters(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name: `rtmanager_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `rtmanager_${name}`, help, labelNames, registers });
  return {
    leader: gauge('leader', '1 while this replica takes jobs in, relays results and reconciles.'),
    outboxPending: gauge('outbox_pending', 'Messages that wait to be published; told by the leader, 0 elsewhere.'),
    outboxOldest: gauge('outbox_oldest_seconds', 'Age of the oldest message that waits to be published; told by the leader, 0 elsewhere.'),
    intakePaused: gauge('intake_paused', '1 while no jobs are taken in because too many messages wait.'),
    holds: gauge('hold', '1 while a hold is in force, by reason; an operator has to decide.', ['reason']),
    circuits: gauge('circuit_open', '1 while a server is not asked because it did not answer.', ['circuit']),
    taken: counter('jobs_ingested_total', 'Jobs queued from the streams.'),
    refused: counter('entries_refused_total', 'Stream entries that could not be decoded.', ['stream']),
    lost: counter('stream_lost_entries_total', 'Stream entries that were trimmed before they were read.', ['stream']),
    recreated: counter('stream_recreated_total', 'Streams found to have been made anew.', ['stream']),
    finished: counter('operations_finished_total', 'Operations that ended, by error code (empty: fresh success).', ['op', 'code']),
    seconds: new Histogram({
      name: 'rtmanager_operation_seconds',
      help: 'From the claim of an operation to its end.',
      labelNames: ['op', 'outcome'],
      buckets: BUCKETS_S,
      registers,
    }),
    claimsReleased: counter('claims_released_total', 'Attempts that ended without the end of their operation.', ['op', 'reason']),
    claimsLost: counter('claims_lost_total', 'Claims that another process took over.'),
    deadLettered: counter('jobs_dead_lettered_total', 'Jobs given up after too many failures.', ['op']),
    published: counter('messages_published_total', 'Messages appended to their stream.', ['kind']),
    publishFailures: counter('publish_failures_total', 'Publishes that failed and are tried again.', ['kind']),
    publishedLost: counter('published_lost_total', 'Published messages that their server had lost, and that are sent again.'),
    drift: counter('drift_total', 'Records and containers found not to agree.', ['verdict', 'decision']),
    stalls: counter('stalls_total', 'Times this process did not run for so long that it let everything go.'),
    loopFailures: counter('loop_failures_total', 'Turns of a loop that failed and are tried again.', ['loop']),
  };
}

type Meters = ReturnType<typeof makeMeters>;
type Counts = { readonly [K in RuntimeEvent['kind']]?: (event: Extract<RuntimeEvent, { kind: K }>, meters: Meters) => void };

const COUNTS: Counts = {
  lease_changed: ({ held }, { leader, outboxPending, outboxOldest, intakePaused }) => {
    leader.set(held ? 1 : 0);
    if (held) return;
    for (const told of [outboxPending, outboxOldest, intakePaused]) told.set(0);
  },
  jobs_ingested: ({ queued }, { taken }) => taken.inc(queued),
  entry_refused: ({ stream }, { refused }) => refused.inc({ stream }),
  stream_gap: ({ stream, lost }, meters) => meters.lost.inc({ stream }, Number(lost)),
  stream_recreated: ({ stream }, { recreated }) => recreated.inc({ stream }),
  operation_finished: ({ operation: { op }, outcome, errorCode, ms }, { finished, seconds }) => {
    finished.inc({ op, code: errorCode });
    seconds.observe({ op, outcome }, ms / 1000);
  },
  claim_released: ({ operation: { op }, reason }, { claimsReleased }) => claimsReleased.inc({ op, reason }),
  operation_lost: (_, { claimsLost }) => claimsLost.inc(),
  dead_lettered: ({ operation: { op } }, { deadLettered }) => deadLettered.inc({ op }),
  message_published: ({ messageKind: kind }, { published }) => published.inc({ kind }),
  publish_failed: ({ messageKind: kind }, { publishFailures }) => publishFailures.inc({ kind }),
  published_lost: ({ takenBack }, { publishedLost }) => publishedLost.inc(takenBack),
  outbox_backlog: ({ pending, oldestMs, intakePaused }, meters) => {
    meters.outboxPending.set(pending);
    meters.outboxOldest.set((oldestMs ?? 0) / 1000);
    meters.intakePaused.set(intakePaused ? 1 : 0);
  },
  hold_changed: ({ reason, held }, { holds }) => holds.set({ reason }, held ? 1 : 0),
  circuit_changed: ({ circuit, open }, { circuits }) => circuits.set({ circuit }, open ? 1 : 0),
  drift_found: ({ verdict, decision }, { drift }) => drift.inc({ verdict, decision }),
  stalled: (_, { stalls }) => stalls.inc(),
  loop_failed: ({ loop }, { loopFailures }) => loopFailures.inc({ loop }),
};

function count(event: RuntimeEvent, meters: Meters): void {
  const meter = COUNTS[event.kind] as ((event: RuntimeEvent, meters: Meters) => void) | undefined;
  meter?.(event, meters);
}
