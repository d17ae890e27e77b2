import type { Operation } from '@galaxy/domain';

/** What names an operation in logs. */
export interface ObservedOperation {
  readonly opId: string;
  readonly gameId: string;
  readonly op: Operation;
  readonly attempt: number;
  readonly sourceRef: string;
}

/** Something worth a log line or a count. */
export type RuntimeEvent =
  | { readonly kind: 'lease_changed'; readonly name: string; readonly held: boolean }
  | { readonly kind: 'jobs_taken_in'; readonly queued: number; readonly repeated: number; readonly deadLetters: number }
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
      readonly kind: 'operation_handed_back';
      readonly operation: ObservedOperation;
      readonly reason: 'handover' | 'outage' | 'failure';
      readonly error: unknown;
    }
  | { readonly kind: 'operation_lost'; readonly operation: ObservedOperation }
  | {
      readonly kind: 'message_published';
      readonly messageKind: 'job_result' | 'dead_letter';
      readonly lane: string;
      readonly number: bigint;
    }
  | {
      readonly kind: 'publish_failed';
      readonly messageKind: 'job_result' | 'dead_letter';
      readonly lane: string;
      readonly number: bigint;
      readonly error: unknown;
    }
  | { readonly kind: 'offset_mirror_failed'; readonly error: unknown }
  | { readonly kind: 'loop_failed'; readonly loop: string; readonly error: unknown; readonly retryInMs: number }
  | { readonly kind: 'loop_recovered'; readonly loop: string };

/** Is told what happens; logs and metrics hang on it. Never throws, returns at once, and nothing depends on it. */
export interface Observer {
  observe(event: RuntimeEvent): void;
}
