import type { RuntimeStatus } from '@galaxy/domain';
import { RUNTIME_STATUSES } from '@galaxy/domain';
import { z } from 'zod';
import { notBlankText, strictPayload, timestampText } from './strict-payload.js';

/** The canonical payload of `runtime:health_events`. */
export const healthEventPayload = z.strictObject({
  game_id: notBlankText,
  event: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'not a name in snake case'),
  runtime_status: z.enum(RUNTIME_STATUSES),
  container_id: z.string(),
  details: z.string().regex(/^\{[\s\S]*\}$/, 'not a JSON object'),
  occurred_at_ms: timestampText,
});

/** The fields of one entry of `runtime:health_events`. */
export type HealthEventPayload = z.infer<typeof healthEventPayload>;

/** Something that happened to a game's container or engine. */
export interface HealthEvent {
  readonly gameId: string;
  /** What happened, in snake case. */
  readonly event: string;
  readonly runtimeStatus: RuntimeStatus;
  /** Empty when there is no container. */
  readonly containerId: string;
  /** Details of this kind of event; sent as a JSON object. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970 (UTC). */
  readonly occurredAtMs: bigint;
}

/**
 * Encodes a health event.
 * @throws InvalidInputError when a field does not match the contract.
 */
export function encodeHealthEvent(event: HealthEvent): HealthEventPayload {
  return strictPayload('health event', healthEventPayload, {
    game_id: event.gameId,
    event: event.event,
    runtime_status: event.runtimeStatus,
    container_id: event.containerId,
    details: JSON.stringify(event.details),
    occurred_at_ms: String(event.occurredAtMs),
  });
}
