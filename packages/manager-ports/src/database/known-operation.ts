import { type Operation, operationTraits } from '@galaxy/domain';

/** What a build knows of one operation. Rows that a newer build wrote may be beyond it; they stay as they are. */
export interface KnownOperation {
  readonly op: Operation;
  /** The newest form of its stored job that this build can read. */
  readonly payloadVersion: number;
  /** The newest form of its stored steps that this build can read. */
  readonly stepVersion: number;
  /** The steps that it can go on from. */
  readonly steps: readonly string[];
}

/** What this build knows of an operation that it can carry out. An operation whose stored form changes gets a higher number here. */
export function knownOperation(op: Operation): KnownOperation {
  return { op, payloadVersion: 1, stepVersion: 1, steps: operationTraits(op).steps };
}

/** An operation that was claimed, but whose row could not be read. */
export interface UnreadableOperation {
  readonly opId: string;
  readonly gameId: string;
  readonly op: string;
  /** What could not be read. */
  readonly reason: string;
}
