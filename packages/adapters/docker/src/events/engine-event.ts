import { z } from 'zod';
import { readLabels } from '../containers/labels.js';

/**
 * What the daemon is asked to tell. Only what changes a list, each change once: a stop shows as `die`, a restart as `die` and
 * `start`. Nothing of health checks, whose three events per probe would fill the 256 that the daemon keeps.
 */
export const TOLD_ACTIONS = ['create', 'start', 'die', 'pause', 'unpause', 'destroy', 'rename'];

/** The part of an event that is used. */
const EngineEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  timeNano: z.number(),
});

/** One change as the daemon told it. */
export interface EngineEvent {
  /** The same for the same event whenever it is told. */
  readonly key: string;
  /** When it happened, in milliseconds by the daemon's clock. */
  readonly atMs: number;
  /** The game whose container it was; null when it was none of ours. */
  readonly gameId: string | null;
}

/** Reads one line of the stream; null when it is no event that we understand. */
export function readEvent(instance: string, line: string): EngineEvent | null {
  const event = EngineEvent.safeParse(jsonOf(line));
  if (!event.success) return null;
  const { Action, Actor, timeNano } = event.data;
  const key = `${Actor.ID} ${Action} ${timeNano}`;
  const gameId = readLabels(instance, Actor.Attributes ?? {})?.owner.gameId ?? null;
  // Rounded: a number has no room for all digits of the nanoseconds, and may lie just below the millisecond that was meant.
  return { key, atMs: Math.round(timeNano / 1e6), gameId };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
