import { engineEndpoint } from '../names/container-name.js';
import type { RuntimeStatus } from './runtime-status.js';
import { transition } from './runtime-status.js';

/** The state of one game's runtime. There is one record per game; it is kept as history after the container is gone. */
export interface RuntimeRecord {
  readonly gameId: string;
  readonly status: RuntimeStatus;
  /** The game's current container; null before the first create and after a removal. */
  readonly currentContainerId: string | null;
  /** The image reference of the last accepted start, as the producer sent it. */
  readonly currentImageRef: string;
  /** The stable address `http://galaxy-game-{game_id}:8080`. */
  readonly engineEndpoint: string;
  /** Set by pause, cleared by resume. The scheduler does nothing with a paused game. */
  readonly paused: boolean;
  readonly createdAt: Date;
  /** When the engine last became ready; null if it never did. */
  readonly startedAt: Date | null;
  /** When the container was last stopped on purpose; null while it is up. */
  readonly stoppedAt: Date | null;
  /** When the container was last removed; null while there is one. */
  readonly removedAt: Date | null;
  /** When the status last changed. */
  readonly lastOpAt: Date;
}

/** The part of a record that a failed start restores. */
export interface PreviousRuntime {
  readonly status: RuntimeStatus;
  readonly containerId: string | null;
  readonly imageRef: string;
}

/** The first record of a game, in the given status and without a container. */
export function newRuntimeRecord(input: { gameId: string; imageRef: string; status: 'starting' | 'removed'; now: Date }): RuntimeRecord {
  const { gameId, imageRef, status, now } = input;
  return {
    gameId,
    status,
    currentContainerId: null,
    currentImageRef: imageRef,
    engineEndpoint: engineEndpoint(gameId),
    paused: false,
    createdAt: now,
    startedAt: null,
    stoppedAt: null,
    removedAt: status === 'removed' ? now : null,
    lastOpAt: now,
  };
}

/**
 * The record after a change of its status. `stopped` sets `stoppedAt` and keeps the container id; `removed` sets `removedAt` and
 * clears the container id; every change sets `lastOpAt`.
 * @throws InvalidTransitionError when the status machine does not allow the move.
 */
export function moveRecord(record: RuntimeRecord, to: RuntimeStatus, now: Date): RuntimeRecord {
  transition(record.status, to);
  const moved = { ...record, status: to, lastOpAt: now };
  if (to === 'stopped') return { ...moved, stoppedAt: now };
  if (to === 'removed') return { ...moved, removedAt: now, currentContainerId: null };
  return moved;
}

/** The record after a start is accepted: `starting`, with the new image and no container. Old times stay until the engine is ready. */
export function recordStarting(record: RuntimeRecord | null, input: { gameId: string; imageRef: string; now: Date }): RuntimeRecord {
  if (record === null) return newRuntimeRecord({ ...input, status: 'starting' });
  const { imageRef, now } = input;
  return { ...record, status: 'starting', currentContainerId: null, currentImageRef: imageRef, lastOpAt: now };
}

/** The record after the engine of a start answers: `running` and not paused, with the times of earlier stops and removals cleared. */
export function recordRunning(record: RuntimeRecord, containerId: string, now: Date): RuntimeRecord {
  return {
    ...moveRecord(record, 'running', now),
    currentContainerId: containerId,
    paused: false,
    startedAt: now,
    stoppedAt: null,
    removedAt: null,
  };
}

/**
 * The record for a running container that the game's record does not name: `engine_unreachable`, until its engine has answered. Possible
 * from any status: what runs decides.
 */
export function adoptedRecord(
  before: RuntimeRecord | null,
  { gameId, id, imageRef, now }: { gameId: string; id: string; imageRef: string; now: Date },
): RuntimeRecord {
  const record = before ?? newRuntimeRecord({ gameId, imageRef, status: 'starting', now });
  return {
    ...record,
    status: 'engine_unreachable',
    currentContainerId: id,
    currentImageRef: imageRef,
    stoppedAt: null,
    removedAt: null,
    lastOpAt: now,
  };
}

/**
 * The record after the engine of an already running container answers: `running`. This also ends a start that nobody finished. A
 * paused game stays paused.
 */
export function recordAnswering(record: RuntimeRecord, containerId: string, now: Date): RuntimeRecord {
  if (record.status === 'starting') return recordRunning(record, containerId, now);
  return { ...moveRecord(record, 'running', now), currentContainerId: containerId, startedAt: record.startedAt ?? now };
}

/** The record after the engine of its container was found not to answer: `engine_unreachable`. */
export function recordUnreachable(record: RuntimeRecord, containerId: string, now: Date): RuntimeRecord {
  return { ...moveRecord(record, 'engine_unreachable', now), currentContainerId: containerId, stoppedAt: null, removedAt: null };
}

/** What a start must restore if it fails before it has removed the previous container; null when there is nothing to restore. */
export function previousRuntime(record: RuntimeRecord | null): PreviousRuntime | null {
  if (record === null || record.status === 'starting') return null;
  return { status: record.status, containerId: record.currentContainerId, imageRef: record.currentImageRef };
}

/** The record with its previous status, container and image restored. */
export function restorePrevious(record: RuntimeRecord, previous: PreviousRuntime, now: Date): RuntimeRecord {
  transition(record.status, previous.status);
  return {
    ...record,
    status: previous.status,
    currentContainerId: previous.containerId,
    currentImageRef: previous.imageRef,
    lastOpAt: now,
  };
}
