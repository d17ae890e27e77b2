import type { JobStreamName, Operation, ReconcileVerdict } from '@galaxy/domain';
import type { Dependency } from '@galaxy/ports';
import type { HoldReason } from './database/holds.js';
import type { UnreadableOperation } from './database/known-operation.js';
import type { OutboxKind } from './database/outbox.js';

/** The fields by which logs and metrics identify an operation. */
export interface ObservedOperation {
  readonly opId: string;
  readonly gameId: string;
  readonly op: Operation;
  readonly attempt: number;
  readonly sourceRef: string;
  /** Why it was asked for; empty when not said. */
  readonly reason: string;
  /** When it was asked for, by the clock of who asked; null when not said. */
  readonly requestedAtMs: bigint | null;
}

/** Something that is logged or counted. */
export type RuntimeEvent =
  | { readonly kind: 'lease_changed'; readonly name: string; readonly held: boolean }
  | { readonly kind: 'jobs_ingested'; readonly queued: number; readonly repeated: number; readonly deadLetters: number }
  | {
      readonly kind: 'entry_refused';
      readonly stream: string;
      readonly entryId: string;
      readonly gameId: string | null;
      readonly reason: string;
    }
  | { readonly kind: 'operation_claimed'; readonly operation: ObservedOperation }
  | {
      readonly kind: 'operation_finished';
      readonly operation: ObservedOperation;
      readonly outcome: 'success' | 'failure';
      readonly errorCode: string;
      readonly errorMessage: string;
      readonly ms: number;
    }
  | {
      readonly kind: 'claim_released';
      readonly operation: ObservedOperation;
      readonly reason: 'handover' | 'outage' | 'failure';
      readonly error: unknown;
    }
  | { readonly kind: 'operation_lost'; readonly operation: ObservedOperation }
  /** The work of an operation is done, and its end could not be written for `ms`: the database does not answer, or somebody holds a row. */
  | { readonly kind: 'finish_waits'; readonly operation: ObservedOperation; readonly ms: number; readonly error: unknown }
  /** Claims that were not renewed for so long that no container is changed for them; `ms` is the age of the oldest renewal. */
  | { readonly kind: 'renewal_late'; readonly claims: number; readonly ms: number }
  /** A row that this build claimed but can't read. It waits for a newer build, and so do later operations of its game. */
  | ({ readonly kind: 'operation_unreadable' } & UnreadableOperation)
  | {
      readonly kind: 'message_published';
      readonly messageKind: OutboxKind;
      readonly lane: string;
      readonly number: bigint;
    }
  | {
      readonly kind: 'publish_failed';
      readonly messageKind: OutboxKind;
      readonly lane: string;
      readonly number: bigint;
      readonly error: unknown;
    }
  | { readonly kind: 'offset_mirror_failed'; readonly error: unknown }
  | { readonly kind: 'loop_failed'; readonly loop: string; readonly error: unknown; readonly retryInMs: number }
  | { readonly kind: 'loop_recovered'; readonly loop: string }
  | {
      readonly kind: 'drift_found';
      readonly gameId: string;
      readonly verdict: ReconcileVerdict;
      readonly orphans: number;
      readonly reason: string;
      /** `queued`: the drift is acted on. Otherwise why there is no act (yet). */
      readonly decision: 'queued' | 'seen_once' | 'too_young' | 'over_budget' | 'held' | 'dry_run';
    }
  | { readonly kind: 'foreign_container'; readonly id: string; readonly name: string }
  | { readonly kind: 'reconciled'; readonly containers: number; readonly games: number; readonly queued: number; readonly ms: number }
  | { readonly kind: 'hold_changed'; readonly reason: HoldReason; readonly held: boolean; readonly message: string }
  | { readonly kind: 'stream_gap'; readonly stream: JobStreamName; readonly lost: bigint; readonly cursor: string }
  | { readonly kind: 'stream_trimmed'; readonly stream: JobStreamName; readonly removed: number }
  /** Others read the stream by consumer groups. */
  | { readonly kind: 'stream_not_trimmed'; readonly stream: JobStreamName }
  | { readonly kind: 'published_trimmed'; readonly messageKind: OutboxKind; readonly removed: number }
  /** Others read the stream by a consumer group that still needs entries which would have been removed. */
  | { readonly kind: 'published_not_trimmed'; readonly messageKind: OutboxKind }
  | { readonly kind: 'stream_recreated'; readonly stream: JobStreamName; readonly cursor: string; readonly lastId: string | null }
  | { readonly kind: 'entry_from_future'; readonly stream: JobStreamName; readonly entryId: string; readonly aheadMs: bigint }
  | { readonly kind: 'read_reduced'; readonly batch: number; readonly error: unknown }
  /** The streams' server has lost messages that were published; `takenBack` of them are sent again. */
  | { readonly kind: 'published_lost'; readonly takenBack: number; readonly epoch: bigint }
  /** Numbers that are not sent, or not sent again: the messages are too old, or no longer kept. */
  | { readonly kind: 'messages_skipped'; readonly messageKind: OutboxKind; readonly lane: string; readonly upTo: bigint }
  | { readonly kind: 'outbox_backlog'; readonly pending: number; readonly oldestMs: number | null; readonly intakePaused: boolean }
  | { readonly kind: 'outbox_pruned'; readonly deleted: number }
  /** Lanes of which no message is left take no room in the streams' server any more. */
  | { readonly kind: 'lanes_forgotten'; readonly messageKind: OutboxKind; readonly forgotten: number }
  | { readonly kind: 'history_pruned'; readonly operations: number; readonly records: number }
  | { readonly kind: 'dead_lettered'; readonly operation: ObservedOperation; readonly attempts: number }
  | {
      readonly kind: 'circuit_changed';
      readonly circuit: string;
      readonly dependency: Dependency;
      readonly open: boolean;
      readonly error: unknown;
    }
  | { readonly kind: 'stalled'; readonly ms: number };

/** Receives events for logs and metrics. Never throws and returns at once; no decision of the manager depends on it. */
export interface Observer {
  observe(event: RuntimeEvent): void;
}
