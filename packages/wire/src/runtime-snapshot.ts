import type { RuntimeStatus } from '@galaxy/domain';
import { RUNTIME_STATUSES } from '@galaxy/domain';
import { z } from 'zod';
import { countText, notBlankText, strictPayload, timestampText } from './strict-payload.js';

/** The canonical payload of `runtime:snapshots`. */
export const runtimeSnapshotPayload = z.strictObject({
  game_id: notBlankText,
  runtime_status: z.enum(RUNTIME_STATUSES),
  current_turn: countText,
  engine_version: z.string(),
  paused: z.enum(['true', 'false']),
  container_id: z.string(),
  occurred_at_ms: timestampText,
});

/** The fields of one entry of `runtime:snapshots`. */
export type RuntimeSnapshotPayload = z.infer<typeof runtimeSnapshotPayload>;

/** The state of a game's runtime at one moment. */
export interface RuntimeSnapshot {
  readonly gameId: string;
  readonly runtimeStatus: RuntimeStatus;
  readonly currentTurn: number;
  /** Empty while it is unknown. */
  readonly engineVersion: string;
  readonly paused: boolean;
  /** Empty when there is no container. */
  readonly containerId: string;
  /** Milliseconds since 1970 (UTC). */
  readonly occurredAtMs: bigint;
}

/**
 * Encodes a snapshot.
 * @throws InvalidInputError when a field does not match the contract.
 */
export function encodeRuntimeSnapshot(snapshot: RuntimeSnapshot): RuntimeSnapshotPayload {
  return strictPayload('runtime snapshot', runtimeSnapshotPayload, {
    game_id: snapshot.gameId,
    runtime_status: snapshot.runtimeStatus,
    current_turn: String(snapshot.currentTurn),
    engine_version: snapshot.engineVersion,
    paused: String(snapshot.paused),
    container_id: snapshot.containerId,
    occurred_at_ms: String(snapshot.occurredAtMs),
  });
}
