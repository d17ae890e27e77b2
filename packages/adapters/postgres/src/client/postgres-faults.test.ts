import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { faultClass, PostgresFault, sqlstate } from './postgres-faults.js';

const withCode = (code: string, fields: object = {}) => Object.assign(new Error('secret value'), { code, ...fields });

describe('sqlstate', () => {
  it('finds the code along the chain of causes', () => {
    expect(sqlstate(withCode('23505'))).toBe('23505');
    expect(sqlstate(new Error('outer', { cause: new Error('middle', { cause: withCode('40001') }) }))).toBe('40001');
  });

  it.each([new Error('none'), 'text', undefined, null, { code: '23505' }, Object.assign(new Error('number'), { code: 5 })])(
    'finds none in %s',
    (error) => {
      expect(sqlstate(error)).toBeNull();
    },
  );
});

describe('faultClass', () => {
  it.each([
    // What never reached the server, or was rolled back by it, was not done and may be tried again.
    ...['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'CONNECT_TIMEOUT', 'CONNECTION_ENDED'].map(
      (code) => [code, true, 'not_done'] as const,
    ),
    ...['40001', '40P01', '55P03', '57014', '57P03', '53000', '53100', '53200', '53300', '25006'].map(
      (code) => [code, true, 'not_done'] as const,
    ),
    // What lost its connection may have been done.
    ...['CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'DEADLINE_EXCEEDED'].map(
      (code) => [code, true, 'unknown'] as const,
    ),
    ...['08000', '08003', '08006', '08007', '57P01', '57P02', '57P04', '58000', '58030', '40003'].map(
      (code) => [code, true, 'unknown'] as const,
    ),
    // What the server refuses, it will refuse again.
    ...[
      '22001',
      '22P02',
      '22P05',
      '23502',
      '23505',
      '23514',
      '25001',
      '26000',
      '28P01',
      '3D000',
      '42P01',
      '42501',
      '42601',
      '0A000',
      '54000',
      '55000',
    ].map((code) => [code, false, 'not_done'] as const),
    // What nobody knows is not known to be undone.
    ...['XX000', 'ERR_UNKNOWN', 'UNSAFE_TRANSACTION'].map((code) => [code, false, 'unknown'] as const),
  ])('%s: retryable %s, effect %s', (code, retryable, effect) => {
    expect(faultClass(code)).toEqual({ retryable, effect });
  });

  it('knows nothing of an error without a code', () => {
    expect(faultClass(null)).toEqual({ retryable: false, effect: 'unknown' });
  });
});

describe('PostgresFault', () => {
  it('is a DependencyFault of PostgreSQL that names the statement, the code and the constraint', () => {
    const fault = new PostgresFault('upsert record', withCode('23505', { constraint_name: 'runtime_records_pkey' }));
    expect(fault).toBeInstanceOf(DependencyFault);
    expect(fault).toMatchObject({
      dependency: 'postgres',
      code: 'postgres_refused',
      retryable: false,
      effect: 'not_done',
      sqlstate: '23505',
    });
    expect(fault.message).toBe('postgres refused upsert record: 23505 runtime_records_pkey');
    expect(new PostgresFault('x', withCode('23505', { constraint: 'c' })).constraint).toBe('c');
  });

  it.each([
    ['22001', 'postgres refused read a setting: 22001'],
    ['ECONNRESET', 'postgres did not answer read a setting: ECONNRESET'],
    ['ECONNREFUSED', 'postgres could not read a setting: ECONNREFUSED'],
    ['40001', 'postgres could not read a setting: 40001'],
  ])('says of %s what it means', (code, message) => {
    expect(new PostgresFault('read a setting', withCode(code)).message).toBe(message);
  });

  it('carries no values: neither in its message nor in a cause', () => {
    const error = withCode('22P02', { detail: 'secret', parameters: ['secret'] });
    const fault = new PostgresFault('get operation', new Error('secret', { cause: error }));
    expect(`${fault.message} ${JSON.stringify(fault)} ${String(fault.cause)}`).not.toContain('secret');
    expect(new PostgresFault('get operation', new TypeError('secret')).message).toBe('postgres refused get operation: TypeError');
  });

  it('says what is missing when the message is made of names', () => {
    const error = Object.assign(new Error('relation "runtime_records" does not exist'), { code: '42P01' });
    expect(new PostgresFault('get record', error).message).toBe(
      'postgres refused get record: 42P01 relation "runtime_records" does not exist',
    );
  });
});
