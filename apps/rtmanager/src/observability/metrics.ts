import type { Observer, RuntimeEvent } from '@galaxy/manager-ports';
import { HOLD_REASONS } from '@galaxy/manager-ports';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Counts events for `GET /metrics`. Labels have few different values: never a game, an entry or an image. */
export interface Metrics {
  readonly observer: Observer;
  /** All metrics in the Prometheus text format. */
  readonly render: () => Promise<string>;
  readonly contentType: string;
}

const BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

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

// Prometheus can't see the increase of a counter that first appears with the value 1. So these counters start with 0.
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
    leader: gauge('leader', '1 while this replica is the coordinator: it ingests jobs, relays results and reconciles.'),
    outboxPending: gauge('outbox_pending', 'Messages that wait to be published; set by the coordinator, 0 on other replicas.'),
    outboxOldest: gauge(
      'outbox_oldest_seconds',
      'Age of the oldest message that waits to be published; set by the coordinator, 0 on other replicas.',
    ),
    intakePaused: gauge('intake_paused', '1 while no jobs are ingested because too many messages wait.'),
    holds: gauge('hold', '1 while a hold is in force, by reason; an operator must decide.', ['reason']),
    circuits: gauge('circuit_open', '1 while calls to a server fail at once because it did not answer.', ['circuit']),
    ingested: counter('jobs_ingested_total', 'Jobs queued from the streams.'),
    refused: counter('entries_refused_total', 'Stream entries that could not be decoded.', ['stream']),
    lost: counter('stream_lost_entries_total', 'Stream entries that were trimmed before they were read.', ['stream']),
    recreated: counter('stream_recreated_total', 'Job streams that were deleted and created again.', ['stream']),
    finished: counter('operations_finished_total', 'Operations that ended, by error code (empty: a success that did the work).', [
      'op',
      'code',
    ]),
    seconds: new Histogram({
      name: 'rtmanager_operation_seconds',
      help: 'Seconds from the claim of an operation to its end.',
      labelNames: ['op', 'outcome'],
      buckets: BUCKETS_S,
      registers,
    }),
    claimsReleased: counter('claims_released_total', 'Claims that were released before their operation had ended.', ['op', 'reason']),
    claimsLost: counter('claims_lost_total', 'Claims that another process took over.'),
    finishWaits: counter('finish_waits_total', 'Reports that the end of an operation could not be written yet; it is tried again.', ['op']),
    renewalsLate: counter('renewals_late_total', 'How often claims were not renewed for so long that their containers were not changed.'),
    unreadable: counter('operations_unreadable_total', 'Claimed operations whose row this build could not read.', ['op']),
    deadLettered: counter('jobs_dead_lettered_total', 'Jobs that were exhausted after too many failures.', ['op']),
    published: counter('messages_published_total', 'Messages appended to their stream.', ['kind']),
    publishFailures: counter('publish_failures_total', 'Attempts to publish a message that failed; they are repeated.', ['kind']),
    publishedLost: counter('published_lost_total', 'Published messages that Redis had lost; they are sent again.'),
    drift: counter('drift_total', 'Differences found between records and containers.', ['verdict', 'decision']),
    stalls: counter('stalls_total', 'How often this process did not run for so long that it let go of its claims and lease.'),
    loopFailures: counter('loop_failures_total', 'Turns of a loop that failed; they are repeated.', ['loop']),
  };
}

type Meters = ReturnType<typeof makeMeters>;
type Counts = { readonly [K in RuntimeEvent['kind']]?: (event: Extract<RuntimeEvent, { kind: K }>, meters: Meters) => void };

const COUNTS: Counts = {
  lease_changed: ({ held }, { leader, outboxPending, outboxOldest, intakePaused }) => {
    leader.set(held ? 1 : 0);
    if (held) return;
    for (const gauge of [outboxPending, outboxOldest, intakePaused]) gauge.set(0);
  },
  jobs_ingested: ({ queued }, { ingested }) => ingested.inc(queued),
  entry_refused: ({ stream }, { refused }) => refused.inc({ stream }),
  stream_gap: ({ stream, lost }, meters) => meters.lost.inc({ stream }, Number(lost)),
  stream_recreated: ({ stream }, { recreated }) => recreated.inc({ stream }),
  operation_finished: ({ operation: { op }, outcome, errorCode, ms }, { finished, seconds }) => {
    finished.inc({ op, code: errorCode });
    seconds.observe({ op, outcome }, ms / 1000);
  },
  claim_released: ({ operation: { op }, reason }, { claimsReleased }) => claimsReleased.inc({ op, reason }),
  operation_lost: (_, { claimsLost }) => claimsLost.inc(),
  finish_waits: ({ operation: { op } }, { finishWaits }) => finishWaits.inc({ op }),
  renewal_late: (_, { renewalsLate }) => renewalsLate.inc(),
  operation_unreadable: ({ op }, { unreadable }) => unreadable.inc({ op }),
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
