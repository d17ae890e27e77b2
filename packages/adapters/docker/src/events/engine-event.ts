import { z } from 'zod';
import { readLabels } from '../containers/labels.js';

/**
 * The actions that are followed: those that change the list of containers, each change once. A stop appears as `die`, a restart as
 * `die` and `start`. Health checks are left out: their three events per probe would fill the 256 events that the daemon keeps.
 */
export const TOLD_ACTIONS = ['create', 'start', 'die', 'pause', 'unpause', 'destroy', 'rename'];

/** The part of an event that is used. */
const EngineEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  timeNano: z.number(),
});

/** One change that the daemon reported. */
export interface EngineEvent {
  /** Identifies the event: the same when the same event is reported again. */
  readonly key: string;
  /** When it happened, in milliseconds by the daemon's clock. */
  readonly atMs: number;
  /** The game of the container; null when it is not ours. */
  readonly gameId: string | null;
}

/** Parses one line of the stream; null when it is not a known event. */
export function readEvent(instance: string, line: string): EngineEvent | null {
  const event = EngineEvent.safeParse(jsonOf(line));
  if (!event.success) return null;
  const { Action, Actor, timeNano } = event.data;
  const key = `${Actor.ID} ${Action} ${timeNano}`;
  const gameId = readLabels(instance, Actor.Attributes ?? {})?.owner.gameId ?? null;
  // Rounded: a JavaScript number can't hold all digits of the nanoseconds, and may be slightly below the real millisecond.
  return { key, atMs: Math.round(timeNano / 1e6), gameId };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
