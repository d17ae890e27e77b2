import { describe, expect, it } from 'vitest';
import { connectionFault, deadlineFault, refusalFault, refusalOf } from './docker-faults.js';

const answer = (statusCode: number, message: string) =>
  Object.assign(new Error(`(HTTP code ${statusCode})`), { statusCode, json: { message } });
const broken = (code: string, more = {}) => Object.assign(new Error(`it broke: ${code}`), { code, ...more });

describe('refusalOf', () => {
  it.each([
    [304, '', 'unchanged'],
    [404, 'No such container: x', 'gone'],
    [409, 'Conflict. The container name "/galaxy-game-x" is already in use by container "1"', 'conflict'],
    [409, 'removal of container x is already in progress', 'conflict'],
    [500, 'container create: creating container storage: the container name "x" is already in use by 1', 'conflict'],
    [401, 'no', 'denied'],
    [403, 'authorization denied by plugin', 'denied'],
    [400, 'invalid CPU', 'refused'],
    [500, 'OCI runtime create failed: exec format error', 'refused'],
    [429, 'slow down', 'unavailable'],
    [503, 'later', 'unavailable'],
    [500, 'connection error: desc = "transport: error while dialing: dial unix /c.sock: connect: connection refused"', 'unavailable'],
    [400, '2 matches found based on name: network games is ambiguous', 'unavailable'],
    [500, 'network games is ambiguous (2 matches found on name)', 'unavailable'],
    [500, 'adding interface veth1 to bridge br-1 failed: exchange full', 'no_capacity'],
    [500, 'failed to create endpoint a on network b: failed to add the host (veth1) interfaces', 'no_capacity'],
    [500, "no available IPv4 addresses on this network's address pools: x", 'no_capacity'],
    [500, 'could not find an available, non-overlapping IPv4 address pool among the defaults', 'no_capacity'],
    [500, 'mkdir /var/lib/docker/x: no space left on device', 'no_capacity'],
    [500, 'failed to create endpoint a on network b: operation not supported', 'refused'],
    [500, 'failed to create endpoint a on network b: endpoint with name a already exists', 'refused'],
  ])('reads %i %s', (status, message, kind) => {
    expect(refusalOf(answer(status, message))).toEqual({ kind, message });
  });

  it('is nothing without an answer', () => {
    expect(refusalOf(broken('ECONNRESET'))).toBeNull();
    expect(refusalOf('text')).toBeNull();
  });

  it('keeps the words on one line, also without a body', () => {
    expect(refusalOf(answer(400, 'a\n b\tc'))?.message).toBe('a b c');
    expect(refusalOf(Object.assign(new Error('plain'), { statusCode: 400, json: null }))?.message).toBe('plain');
  });
});

describe('faults', () => {
  it.each(['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EHOSTUNREACH'])('%s: nothing was done', (code) => {
    const fault = connectionFault('ping', broken(code));
    expect(fault).toMatchObject({ code: 'container_engine_unavailable', retryable: true, effect: 'not_done' });
    expect(fault.message).toBe(`container engine: ping: no answer (${code})`);
  });

  it.each(['ECONNRESET', 'EPIPE', 'ABORT_ERR', 'HPE_INVALID_CONSTANT'])('%s: it is not known what was done', (code) => {
    expect(connectionFault('start', broken(code))).toMatchObject({ retryable: true, effect: 'unknown' });
  });

  it('tells a connection that timed out from an answer that did', () => {
    expect(connectionFault('x', broken('ETIMEDOUT', { syscall: 'connect' })).effect).toBe('not_done');
    expect(connectionFault('x', broken('ETIMEDOUT', { syscall: 'read' })).effect).toBe('unknown');
  });

  it('does not ask to retry without the right', () => {
    expect(connectionFault('ping', broken('EACCES'))).toMatchObject({
      code: 'container_engine_refused',
      retryable: false,
      effect: 'not_done',
    });
    expect(refusalFault('ping', { kind: 'denied', message: 'no' })).toMatchObject({ retryable: false, effect: 'not_done' });
    expect(refusalFault('ping', { kind: 'unavailable', message: 'no' })).toMatchObject({ retryable: true, effect: 'unknown' });
  });

  it('a deadline leaves it open what was done', () => {
    expect(deadlineFault('start', 5)).toMatchObject({
      retryable: true,
      effect: 'unknown',
      message: expect.stringContaining('within 5 ms'),
    });
  });
});
