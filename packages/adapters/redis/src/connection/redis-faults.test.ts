import { describe, expect, it } from 'vitest';
import { notConnected, redisFault } from './redis-faults.js';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

describe('redisFault', () => {
  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair or user is disabled.',
    "NOPERM User default has no permissions to run the 'xadd' command",
    "CROSSSLOT Keys in request don't hash to the same slot",
    'MOVED 3999 127.0.0.1:6381',
    "ERR unknown command 'EVALSHA'",
    'WRONGTYPE Operation against a key holding the wrong kind of value script: 0a1b, on @user_script:5.',
    'ERR The stream has exhausted the last possible ID, unable to add more items',
  ])('%s: will be refused again', (message) => {
    expect(redisFault(reply(message), 'write')).toMatchObject({ code: 'redis_refused', retryable: false, effect: 'not_done' });
  });

  it.each([
    'MISCONF Errors writing to the AOF file: No space left on device',
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    'LOADING Redis is loading the dataset in memory',
    'MASTERDOWN Link with MASTER is down',
    'NOREPLICAS Not enough good replicas to write.',
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    "READONLY You can't write against a read only replica. script: 0a1b, on @user_script:3.",
    "OOM command not allowed when used memory > 'maxmemory'. script: 0a1b, on @user_script:3.",
    'BUSY Redis is busy running a script.',
    'CLUSTERDOWN The cluster is down',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'ERR max number of clients reached',
    'SOMETHINGNEW we have not heard of',
  ])('%s: may pass', (message) => {
    expect(redisFault(reply(message), 'write')).toMatchObject({ code: 'redis_unavailable', retryable: true, effect: 'not_done' });
  });

  it('a write without a reply may have been carried out, a read has nothing to carry out', () => {
    const lost = new Error('Reached the max retries per request limit (which is 0).');
    expect(redisFault(lost, 'write')).toMatchObject({ code: 'redis_unavailable', retryable: true, effect: 'unknown', cause: lost });
    expect(redisFault(lost, 'read')).toMatchObject({ effect: 'not_done' });
  });

  it('a command that was not written had no effect', () => {
    const unsent = new Error("Stream isn't writeable and enableOfflineQueue options is false");
    expect(redisFault(unsent, 'write')).toMatchObject({ retryable: true, effect: 'not_done' });
  });

  it('a fault stays what it is', () => {
    const fault = notConnected(null);
    expect(redisFault(fault, 'write')).toBe(fault);
  });
});

describe('notConnected', () => {
  it('tells why, and whether connecting may succeed later', () => {
    expect(notConnected(null)).toMatchObject({ message: 'redis is not connected', retryable: true, effect: 'not_done' });
    expect(notConnected(new Error('connect ECONNREFUSED 127.0.0.1:1'))).toMatchObject({
      message: 'redis is not connected: connect ECONNREFUSED 127.0.0.1:1',
      retryable: true,
    });
    expect(notConnected(reply('WRONGPASS invalid username-password pair'))).toMatchObject({ retryable: false, effect: 'not_done' });
    const both = new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED 127.0.0.1:1')]);
    expect(notConnected(both).message).toContain('127.0.0.1:1');
  });
});
