import { ERROR_CODES } from '@galaxy/domain';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from './faults.js';
import { JOB_OUTCOMES, type JobResult, validateJobResult } from './job-result-publisher.js';

const bare: JobResult = { gameId: 'g1', outcome: 'success', containerId: '', engineEndpoint: '', errorCode: '', errorMessage: '' };

const validating = (change: Partial<JobResult>) => () => validateJobResult({ ...bare, ...change });

describe('validateJobResult', () => {
  it.each(['success', 'failure'] as const)('accepts the outcome %s with every other field empty', (outcome) => {
    expect(validating({ outcome })).not.toThrow();
  });

  it('knows two outcomes', () => {
    expect(JOB_OUTCOMES).toEqual(['success', 'failure']);
  });

  it('leaves the other fields, and the shape of the game id, to others', () => {
    expect(
      validating({ gameId: 'Not A Game Id!', containerId: 'c1', errorCode: 'unheard_of', errorMessage: 'x'.repeat(9999) }),
    ).not.toThrow();
    for (const errorCode of ERROR_CODES) expect(validating({ outcome: 'failure', errorCode })).not.toThrow();
  });

  it.each(['', ' ', '\t\n'])('refuses the blank game id %j', (gameId) => {
    expect(validating({ gameId })).toThrow(InvalidInputError);
    expect(validating({ gameId })).toThrow('job result: game id must not be empty');
  });

  it.each(['', 'Success', 'success ', 'ok', 'toString'])('refuses the outcome %j and names it', (outcome) => {
    expect(validating({ outcome: outcome as 'success' })).toThrow(InvalidInputError);
    expect(validating({ outcome: outcome as 'success' })).toThrow(`job result: outcome ${JSON.stringify(outcome)} is unsupported`);
  });

  it.each(['gameId', 'containerId', 'engineEndpoint', 'errorCode', 'errorMessage'])('refuses a lone surrogate in %s', (field) => {
    expect(validating({ [field]: 'a\ud800' })).toThrow(new InvalidInputError(`job result: ${field} is not well-formed Unicode`));
    expect(validating({ [field]: 'a\ud83d\ude00' })).not.toThrow();
  });

  it('names the game id first when both are wrong', () => {
    expect(validating({ gameId: '', outcome: '' as 'success' })).toThrow('game id');
  });
});
