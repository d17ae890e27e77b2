import { engineEndpoint } from '../names/container-name.js';
import type { Failure } from '../operations/error-code.js';
import { errorMessage } from '../operations/error-message.js';
import type { RuntimeHealth } from './runtime-health.js';
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
  /** 1 for a new record. The store raises it by 1 with every change; the functions of the domain leave it as it is. */
  readonly version: number;
  /** The image id of the container that last became ready or was found up; null when unknown. A start changes it only at its end. */
  readonly imageId: string | null;
  /** The digest by which that image's registry knows it, `sha256:…`; null when unknown. */
  readonly imageDigest: string | null;
  /** The version that the engine last reported of itself; null when unknown. */
  readonly engineVersion: string | null;
  /** The game's last finished turn, as the engine reported it; null when unknown. */
  readonly currentTurn: number | null;
  /** When the scheduler generates the next turn; null when none is due. */
  readonly nextTurnAt: Date | null;
  /** How the engine answered when it was last asked. `unknown` while it is not expected to answer. */
  readonly health: RuntimeHealth;
  /**
   * Why the game's last start failed, as `code: message` in one line, also after what was there before it was restored; null when it
   * became ready. A start that was refused without a change of the record leaves it as it is.
   */
  readonly lastError: string | null;
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
    version: 1,
    imageId: null,
    imageDigest: null,
    engineVersion: null,
    currentTurn: null,
    nextTurnAt: null,
    health: 'unknown',
    lastError: null,
  };
}

/**
 * The record after a change of its status. `stopped` sets `stoppedAt` and keeps the container id; `removed` sets `removedAt` and
 * clears the container id; after both the health is `unknown`; every change sets `lastOpAt`.
 * @throws InvalidTransitionError when the status machine does not allow the move.
 */
export function moveRecord(record: RuntimeRecord, to: RuntimeStatus, now: Date): RuntimeRecord {
  transition(record.status, to);
  const moved = { ...record, status: to, lastOpAt: now };
  if (to === 'stopped') return { ...moved, stoppedAt: now, health: 'unknown' };
  if (to === 'removed') return { ...moved, removedAt: now, currentContainerId: null, health: 'unknown' };
  return moved;
}

/**
 * The record after a start is accepted: `starting`, with the new image reference and no container. Old times, and what is known of the
 * previous image, stay until the engine is ready.
 */
export function recordStarting(record: RuntimeRecord | null, input: { gameId: string; imageRef: string; now: Date }): RuntimeRecord {
  if (record === null) return newRuntimeRecord({ ...input, status: 'starting' });
  const { imageRef, now } = input;
  return { ...record, status: 'starting', currentContainerId: null, currentImageRef: imageRef, lastOpAt: now, health: 'unknown' };
}

/** What is known of a container whose record is written. */
export interface KnownContainer {
  readonly id: string;
  /** The id of its image; null when unknown. */
  readonly imageId: string | null;
}

/**
 * The record after the engine of a start answers: `running`, healthy and not paused, with the times of earlier stops and removals, the
 * last error, and what was known of another image cleared.
 */
export function recordRunning(record: RuntimeRecord, container: KnownContainer, now: Date): RuntimeRecord {
  return {
    ...moveRecord(record, 'running', now),
    ...containerFields(record, container),
    paused: false,
    startedAt: now,
    stoppedAt: null,
    removedAt: null,
    health: 'healthy',
    lastError: null,
  };
}

// A digest and a version belong to one image: of another one they are unknown.
function containerFields(record: RuntimeRecord, { id, imageId }: KnownContainer) {
  const named = { currentContainerId: id, imageId };
  return imageId !== null && imageId === record.imageId ? named : { ...named, imageDigest: null, engineVersion: null };
}

/**
 * The record for a running container that the game's record does not name: `engine_unreachable` and unhealthy, until its engine has
 * answered. Possible from any status: what runs decides.
 */
export function adoptedRecord(
  before: RuntimeRecord | null,
  { gameId, imageRef, now, ...container }: KnownContainer & { readonly gameId: string; readonly imageRef: string; readonly now: Date },
): RuntimeRecord {
  const record = before ?? newRuntimeRecord({ gameId, imageRef, status: 'starting', now });
  return {
    ...record,
    ...containerFields(record, container),
    status: 'engine_unreachable',
    currentImageRef: imageRef,
    stoppedAt: null,
    removedAt: null,
    lastOpAt: now,
    health: 'unhealthy',
  };
}

/**
 * The record after the engine of an already running container answers: `running` and healthy. This also ends a start that nobody
 * finished. A paused game stays paused.
 */
export function recordAnswering(record: RuntimeRecord, container: KnownContainer, now: Date): RuntimeRecord {
  if (record.status === 'starting') return recordRunning(record, container, now);
  const known = containerFields(record, container);
  return { ...moveRecord(record, 'running', now), ...known, startedAt: record.startedAt ?? now, health: 'healthy' };
}

/** The record after the engine of its container was found not to answer: `engine_unreachable` and unhealthy. */
export function recordUnreachable(record: RuntimeRecord, container: KnownContainer, now: Date): RuntimeRecord {
  const known = containerFields(record, container);
  return { ...moveRecord(record, 'engine_unreachable', now), ...known, stoppedAt: null, removedAt: null, health: 'unhealthy' };
}

/** The record with the failure of its game's start. */
export function recordFailing(record: RuntimeRecord, { code, message }: Failure): RuntimeRecord {
  return { ...record, lastError: errorMessage(`${code}: ${message}`) };
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
    health: 'unknown',
  };
}
