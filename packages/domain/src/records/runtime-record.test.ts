import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNTIME_HEALTHS } from './runtime-health.js';
import {
  adoptedRecord,
  moveRecord,
  newRuntimeRecord,
  previousRuntime,
  type RuntimeRecord,
  recordAnswering,
  recordFailing,
  recordRunning,
  recordStarting,
  recordUnreachable,
  restorePrevious,
} from './runtime-record.js';
import { canTransition, InvalidTransitionError, RUNTIME_STATUSES } from './runtime-status.js';

const T0 = new Date('2026-01-01T00:00:00Z');
const T1 = new Date('2026-01-02T00:00:00Z');
const NOW = new Date('2026-01-03T00:00:00Z');

const running: RuntimeRecord = {
  gameId: 'g1',
  status: 'running',
  currentContainerId: 'c1',
  currentImageRef: 'galaxy/engine:1.0',
  engineEndpoint: 'http://galaxy-game-g1:8080',
  paused: true,
  createdAt: T0,
  startedAt: T1,
  stoppedAt: null,
  removedAt: null,
  lastOpAt: T1,
  version: 3,
  imageId: 'sha256:1',
  imageDigest: 'sha256:d1',
  engineVersion: '1.0.0',
  currentTurn: 4,
  nextTurnAt: NOW,
  health: 'healthy',
  lastError: 'image_pull_failed: not found',
};
const stopped: RuntimeRecord = { ...running, status: 'stopped', stoppedAt: T1, health: 'unknown' };
const removed: RuntimeRecord = { ...stopped, status: 'removed', currentContainerId: null, removedAt: T1 };

const statuses = fc.constantFrom(...RUNTIME_STATUSES);
const times = fc.option(fc.constantFrom(T0, T1));
const records: fc.Arbitrary<RuntimeRecord> = fc.record({
  gameId: fc.constant('g1'),
  status: statuses,
  currentContainerId: fc.option(fc.constantFrom('c1', 'c2')),
  currentImageRef: fc.constantFrom('galaxy/engine:1.0', 'galaxy/engine:1.1'),
  engineEndpoint: fc.constant('http://galaxy-game-g1:8080'),
  paused: fc.boolean(),
  createdAt: fc.constant(T0),
  startedAt: times,
  stoppedAt: times,
  removedAt: times,
  lastOpAt: fc.constant(T1),
  version: fc.nat(),
  imageId: fc.option(fc.constantFrom('sha256:1', 'sha256:2')),
  imageDigest: fc.option(fc.constant('sha256:d1')),
  engineVersion: fc.option(fc.constant('1.0.0')),
  currentTurn: fc.option(fc.nat()),
  nextTurnAt: times,
  health: fc.constantFrom(...RUNTIME_HEALTHS),
  lastError: fc.option(fc.constant('image_pull_failed: not found')),
});
const C1 = { id: 'c1', imageId: 'sha256:1' } as const;
const C2 = { id: 'c2', imageId: 'sha256:2' } as const;

describe('newRuntimeRecord', () => {
  it('has nothing running, and the times of its status', () => {
    const starting = newRuntimeRecord({ gameId: 'g1', imageRef: 'galaxy/engine:1.0', status: 'starting', now: NOW });
    expect(starting).toEqual({
      ...running,
      status: 'starting',
      currentContainerId: null,
      paused: false,
      createdAt: NOW,
      startedAt: null,
      lastOpAt: NOW,
      version: 1,
      imageId: null,
      imageDigest: null,
      engineVersion: null,
      currentTurn: null,
      nextTurnAt: null,
      health: 'unknown',
      lastError: null,
    });
    const gone = newRuntimeRecord({ gameId: 'g1', imageRef: 'galaxy/engine:1.0', status: 'removed', now: NOW });
    expect(gone).toEqual({ ...starting, status: 'removed', removedAt: NOW });
  });
});

describe('moveRecord', () => {
  it('keeps the container id when it moves to stopped', () => {
    expect(moveRecord(running, 'stopped', NOW)).toEqual({
      ...running,
      status: 'stopped',
      stoppedAt: NOW,
      lastOpAt: NOW,
      health: 'unknown',
    });
  });

  it('drops the container id when it moves to removed', () => {
    expect(moveRecord({ ...stopped, health: 'healthy' }, 'removed', NOW)).toEqual({
      ...stopped,
      status: 'removed',
      currentContainerId: null,
      removedAt: NOW,
      lastOpAt: NOW,
    });
  });

  it('changes only the status and the time of the last move otherwise', () => {
    expect(moveRecord(running, 'engine_unreachable', NOW)).toEqual({ ...running, status: 'engine_unreachable', lastOpAt: NOW });
  });

  it('moves exactly where the status machine allows, and never changes what it was given', () => {
    fc.assert(
      fc.property(records, statuses, (record, to) => {
        const given = Object.freeze({ ...record });
        if (canTransition(record.status, to)) expect(moveRecord(given, to, NOW)).toMatchObject({ status: to, lastOpAt: NOW });
        else expect(() => moveRecord(given, to, NOW)).toThrow(InvalidTransitionError);
      }),
    );
  });
});

describe('recordStarting', () => {
  const accepted = { gameId: 'g1', imageRef: 'galaxy/engine:1.1', now: NOW };

  it('makes a record for a game that has none', () => {
    expect(recordStarting(null, accepted)).toEqual(newRuntimeRecord({ ...accepted, status: 'starting' }));
  });

  it('names the new image and no container, and keeps the old times and what is known of the old image', () => {
    expect(recordStarting({ ...stopped, health: 'healthy' }, accepted)).toEqual({
      ...stopped,
      status: 'starting',
      currentContainerId: null,
      currentImageRef: 'galaxy/engine:1.1',
      lastOpAt: NOW,
    });
  });
});

describe('recordRunning', () => {
  it('names the container, is not paused, and clears earlier times, the last error, and what was known of the old image', () => {
    const starting = recordStarting(removed, { gameId: 'g1', imageRef: 'galaxy/engine:1.1', now: T1 });
    expect(recordRunning(starting, C2, NOW)).toEqual({
      ...starting,
      status: 'running',
      currentContainerId: 'c2',
      paused: false,
      startedAt: NOW,
      stoppedAt: null,
      removedAt: null,
      lastOpAt: NOW,
      imageId: 'sha256:2',
      imageDigest: null,
      engineVersion: null,
      health: 'healthy',
      lastError: null,
    });
  });

  it('keeps what is known of the image when the image is the same, and forgets it when the image is unknown', () => {
    const starting = recordStarting(stopped, { gameId: 'g1', imageRef: 'galaxy/engine:1.0', now: T1 });
    const known = { imageId: 'sha256:1', imageDigest: 'sha256:d1', engineVersion: '1.0.0' };
    expect(recordRunning(starting, { id: 'c2', imageId: 'sha256:1' }, NOW)).toMatchObject(known);
    const unknown = { imageId: null, imageDigest: null, engineVersion: null };
    expect(recordRunning(starting, { id: 'c2', imageId: null }, NOW)).toMatchObject(unknown);
    expect(recordRunning({ ...starting, imageId: null }, { id: 'c2', imageId: null }, NOW)).toMatchObject(unknown);
  });

  it('is a move like any other', () => {
    expect(() => recordRunning(stopped, C2, NOW)).toThrow(InvalidTransitionError);
  });
});

describe('a container that is found up', () => {
  const found = { gameId: 'g1', id: 'c9', imageId: 'sha256:9', imageRef: 'galaxy/engine:1.2', now: NOW };

  it('gets a record that names it and its image, for a game that has none', () => {
    expect(adoptedRecord(null, found)).toEqual({
      ...newRuntimeRecord({ gameId: 'g1', imageRef: 'galaxy/engine:1.2', status: 'starting', now: NOW }),
      status: 'engine_unreachable',
      currentContainerId: 'c9',
      imageId: 'sha256:9',
      health: 'unhealthy',
    });
  });

  it('takes the record over from any status, and keeps when the game was first seen', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(adoptedRecord(Object.freeze({ ...record }), found)).toEqual({
          ...record,
          status: 'engine_unreachable',
          currentContainerId: 'c9',
          currentImageRef: 'galaxy/engine:1.2',
          stoppedAt: null,
          removedAt: null,
          lastOpAt: NOW,
          imageId: 'sha256:9',
          imageDigest: null,
          engineVersion: null,
          health: 'unhealthy',
        });
      }),
    );
  });
});

describe('an engine that was asked', () => {
  const starting = recordStarting(removed, { gameId: 'g1', imageRef: 'galaxy/engine:1.1', now: T1 });
  const unreachable = recordUnreachable(running, C1, T1);

  it('answers after it was unreachable: runs on, paused as it was, with the time it first answered', () => {
    expect(recordAnswering(unreachable, C1, NOW)).toEqual({ ...running, lastOpAt: NOW });
    expect(recordAnswering({ ...unreachable, startedAt: null }, C1, NOW)).toMatchObject({ startedAt: NOW });
  });

  it('answers for a start that was left behind: that start is over', () => {
    expect(recordAnswering(starting, C2, NOW)).toEqual(recordRunning(starting, C2, NOW));
  });

  it('does not answer: the container is named all the same, and is neither stopped nor removed', () => {
    expect(recordUnreachable(starting, C2, NOW)).toEqual({
      ...starting,
      status: 'engine_unreachable',
      currentContainerId: 'c2',
      stoppedAt: null,
      removedAt: null,
      lastOpAt: NOW,
      imageId: 'sha256:2',
      imageDigest: null,
      engineVersion: null,
      health: 'unhealthy',
    });
  });

  it('moves the record only where the status machine allows', () => {
    expect(() => recordAnswering(stopped, C1, NOW)).toThrow(InvalidTransitionError);
    expect(() => recordUnreachable(stopped, C1, NOW)).toThrow(InvalidTransitionError);
  });
});

describe('a start that fails', () => {
  it.each([stopped, removed])('puts back what was there before: $status', (record) => {
    const starting = recordStarting(record, { gameId: 'g1', imageRef: 'galaxy/engine:1.1', now: T1 });
    const previous = previousRuntime(record);
    expect(previous).toEqual({ status: record.status, containerId: record.currentContainerId, imageRef: record.currentImageRef });
    expect(previous && restorePrevious(starting, previous, NOW)).toEqual({ ...record, lastOpAt: NOW });
  });

  it('says why it failed, in one line that is fit to be shown', () => {
    const failure = { code: 'image_pull_failed', message: 'not found:\nhttp://user:secret@registry/engine' } as const;
    expect(recordFailing(removed, failure)).toEqual({
      ...removed,
      lastError: 'image_pull_failed: not found: http://***@registry/engine',
    });
  });

  it('has nothing to keep for a game without a record, or one whose start never ended', () => {
    expect(previousRuntime(null)).toBeNull();
    expect(previousRuntime({ ...running, status: 'starting' })).toBeNull();
  });

  it('puts back only what the status machine allows', () => {
    const previous = { status: 'stopped', containerId: 'c1', imageRef: 'galaxy/engine:1.0' } as const;
    expect(() => restorePrevious(removed, previous, NOW)).toThrow(InvalidTransitionError);
  });
});
