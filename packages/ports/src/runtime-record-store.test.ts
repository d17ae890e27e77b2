import { InvalidTransitionError, RUNTIME_STATUSES } from '@galaxy/domain';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from './faults.js';
import { type UpdateStatusInput, validateUpdateStatusInput } from './runtime-record-store.js';

const fine: UpdateStatusInput = {
  gameId: 'g1',
  expectedFrom: 'running',
  expectedContainerId: 'c1',
  to: 'stopped',
  now: new Date('2026-01-01T00:00:00Z'),
};

// What a caller without a type checker may send: only the shape is right.
const broken = {
  gameId: { gameId: ' \t\n' },
  expectedFrom: { expectedFrom: 'stopping' as 'running' },
  to: { to: '' as 'stopped' },
  move: { expectedFrom: 'finished', to: 'running' },
  now: { now: new Date(Number.NaN) },
} as const satisfies Record<string, Partial<UpdateStatusInput>>;

const messages: Readonly<Record<keyof typeof broken, string>> = {
  gameId: 'update runtime status: game id must not be empty',
  expectedFrom: 'update runtime status: expected from status "stopping" is unsupported',
  to: 'update runtime status: to status "" is unsupported',
  move: 'a runtime record may not move from finished to running',
  now: 'update runtime status: now must be a valid time',
};

function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}

const refusal = (...parts: readonly (keyof typeof broken)[]) =>
  thrownBy(() => validateUpdateStatusInput(parts.reduce<UpdateStatusInput>((input, part) => ({ ...input, ...broken[part] }), fine)));

describe('validateUpdateStatusInput', () => {
  it('lets a valid move through, with and without the container guard, at any valid time', () => {
    expect(thrownBy(() => validateUpdateStatusInput(fine))).toBeNull();
    expect(thrownBy(() => validateUpdateStatusInput({ ...fine, expectedContainerId: '', now: new Date(0) }))).toBeNull();
  });

  it.each(['gameId', 'expectedFrom', 'to', 'now'] as const)('refuses a wrong %s', (part) => {
    expect(refusal(part)).toBeInstanceOf(InvalidInputError);
    expect(refusal(part)).toMatchObject({ code: 'invalid_input', retryable: false, message: messages[part] });
  });

  it.each(['', '\u0085', ' \u2003'])('refuses an empty game id like a blank one: %j', (gameId) => {
    expect(thrownBy(() => validateUpdateStatusInput({ ...fine, gameId }))).toMatchObject({ message: messages.gameId });
  });

  it('takes a game id of U+FEFF, which is no white space', () => {
    expect(thrownBy(() => validateUpdateStatusInput({ ...fine, gameId: '\ufeff' }))).toBeNull();
  });

  it('refuses a move that the status machine does not allow', () => {
    expect(refusal('move')).toBeInstanceOf(InvalidTransitionError);
    expect(refusal('move')).toMatchObject({ code: 'invalid_transition', from: 'finished', to: 'running', message: messages.move });
    for (const status of RUNTIME_STATUSES) {
      expect(thrownBy(() => validateUpdateStatusInput({ ...fine, expectedFrom: status, to: status }))).toBeInstanceOf(
        InvalidTransitionError,
      );
    }
  });

  it('names the first offence when several things are wrong', () => {
    expect(refusal('gameId', 'expectedFrom', 'to', 'now')).toMatchObject({ message: messages.gameId });
    expect(refusal('expectedFrom', 'to', 'now')).toMatchObject({ message: messages.expectedFrom });
    expect(refusal('to', 'now')).toMatchObject({ message: messages.to });
    expect(refusal('move', 'now')).toMatchObject({ message: messages.move });
    expect(refusal('gameId', 'move')).toMatchObject({ message: messages.gameId });
  });
});
