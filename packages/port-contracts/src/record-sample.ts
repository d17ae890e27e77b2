import { engineEndpoint, type RuntimeRecord, type RuntimeStatus } from '@galaxy/domain';

/** A moment after every time in {@link record}. */
export const LATER = new Date('2026-03-01T12:30:00.456Z');

/** A valid record with every field set, except the container of a removed one, whatever else its status would make of it. */
export function record(gameId: string, status: RuntimeStatus = 'running', changes: Partial<RuntimeRecord> = {}): RuntimeRecord {
  return {
    gameId,
    status,
    currentContainerId: status === 'removed' ? null : 'container-1',
    currentImageRef: 'galaxy/engine:1.0.0',
    engineEndpoint: engineEndpoint(gameId),
    paused: false,
    createdAt: new Date('2026-01-01T00:00:00.001Z'),
    startedAt: new Date('2026-01-02T00:00:00.002Z'),
    stoppedAt: new Date('2026-01-03T00:00:00.003Z'),
    removedAt: new Date('2026-01-04T00:00:00.004Z'),
    lastOpAt: new Date('2026-01-05T00:00:00.005Z'),
    version: 1,
    imageId: 'sha256:0a1b',
    imageDigest: 'sha256:2c3d',
    engineVersion: '1.0.0',
    currentTurn: 7,
    nextTurnAt: new Date('2026-01-06T00:00:00.006Z'),
    health: 'healthy',
    lastError: null,
    ...changes,
  };
}
