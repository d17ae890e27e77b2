import type { StopReason } from '@galaxy/domain';
import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { encodeDeadLetter } from './dead-letter.js';
import { encodeHealthEvent } from './health-event.js';
import { encodeJobResult } from './job-result.js';
import { newStartJob, newStopJob } from './new-job.js';
import { encodeRuntimeSnapshot } from './runtime-snapshot.js';

const letter = {
  sourceStream: 'runtime:start_jobs',
  sourceEntryId: '1-0',
  errorCode: 'invalid_job',
  errorMessage: '',
  raw: '[]',
  attempts: 0,
  failedAtMs: 1n,
};
const result = {
  gameId: 'alpha',
  outcome: 'failure',
  containerId: '',
  engineEndpoint: '',
  errorCode: 'conflict',
  errorMessage: '',
} as const;
const event = { gameId: 'alpha', event: 'oom', runtimeStatus: 'running', containerId: 'c', details: { a: [1] }, occurredAtMs: 5n } as const;
const snapshot = {
  gameId: 'alpha',
  runtimeStatus: 'running',
  currentTurn: 3,
  engineVersion: '1.4.2',
  paused: false,
  containerId: 'c',
  occurredAtMs: 5n,
} as const;

describe('the strict encoders', () => {
  it('write what the contract says', () => {
    expect(newStartJob('alpha', 'galaxy/engine:1', 5n)).toEqual({ game_id: 'alpha', image_ref: 'galaxy/engine:1', requested_at_ms: '5' });
    expect(newStopJob('alpha', 'timeout', 5n)).toEqual({ game_id: 'alpha', reason: 'timeout', requested_at_ms: '5' });
    expect(encodeDeadLetter(letter)).toEqual({
      source_stream: 'runtime:start_jobs',
      source_entry_id: '1-0',
      error_code: 'invalid_job',
      error_message: '',
      raw: '[]',
      attempts: '0',
      failed_at_ms: '1',
    });
    expect(encodeJobResult(result)).toEqual({
      game_id: 'alpha',
      outcome: 'failure',
      container_id: '',
      engine_endpoint: '',
      error_code: 'conflict',
      error_message: '',
    });
    expect(encodeHealthEvent(event)).toEqual({
      game_id: 'alpha',
      event: 'oom',
      runtime_status: 'running',
      container_id: 'c',
      details: '{"a":[1]}',
      occurred_at_ms: '5',
    });
    expect(encodeRuntimeSnapshot(snapshot)).toEqual({
      game_id: 'alpha',
      runtime_status: 'running',
      current_turn: '3',
      engine_version: '1.4.2',
      paused: 'false',
      container_id: 'c',
      occurred_at_ms: '5',
    });
  });

  it.each<[string, () => unknown]>([
    ['start job: game_id: not a game id', () => newStartJob('Alpha', 'galaxy/engine:1', 5n)],
    ['start job: image_ref: a tag or a digest is required', () => newStartJob('alpha', 'galaxy/engine', 5n)],
    ['start job: image_ref: the name is longer than 255 characters', () => newStartJob('alpha', `${'a/'.repeat(127)}ab:1`, 5n)],
    ['start job: requested_at_ms: not a time in milliseconds', () => newStartJob('alpha', 'galaxy/engine:1', -1n)],
    ['stop job: game_id: not a game id', () => newStopJob('', 'timeout', 5n)],
    ['stop job: reason must not be empty', () => newStopJob('alpha', '' as StopReason, 5n)],
    ['stop job: reason "bored" is unknown', () => newStopJob('alpha', 'bored' as StopReason, 5n)],
    ['dead letter: attempts: not a count', () => encodeDeadLetter({ ...letter, attempts: 1.5 })],
    ['dead letter: raw: not a JSON array', () => encodeDeadLetter({ ...letter, raw: 'x' })],
    ['job result: game_id: blank', () => encodeJobResult({ ...result, gameId: '\u0085' })],
    ['job result: error_message is not well-formed Unicode', () => encodeJobResult({ ...result, errorMessage: '\ud800' })],
    ['health event: event: not a name in snake case', () => encodeHealthEvent({ ...event, event: 'Oom' })],
    ['runtime snapshot: current_turn: not a count', () => encodeRuntimeSnapshot({ ...snapshot, currentTurn: -1 })],
  ])('refuse: %s', (message, encode) => {
    expect(encode).toThrow(new InvalidInputError(message));
  });
});
