import { ManualClock, MemoryDatabase, MemoryLeases } from '@galaxy/adapter-memory';
import { beforeEach, describe, expect, it } from 'vitest';
import { faultOf, intercept } from '../test-support/intercept.test-support.js';
import { type UnderLeaseDeps, underLease } from './under-lease.js';

let clock: ManualClock;
let leases: MemoryLeases;
let deps: UnderLeaseDeps;

beforeEach(() => {
  clock = new ManualClock();
  leases = new MemoryLeases(new MemoryDatabase(clock));
  deps = { leases, clock, name: 'recovery', holder: 'me' };
});

const takenBy = async (holder: string): Promise<boolean> => (await leases.acquire('recovery', holder, 1000)) !== null;

describe('underLease', () => {
  it('keeps others out for as long as the work takes, and lets them in afterwards', async () => {
    const outcome = await underLease(deps, async () => {
      for (let seconds = 0; seconds < 120; seconds += 5) {
        expect(await takenBy('another')).toBe(false);
        await clock.advance(5000);
      }
      return 'done';
    });
    expect(outcome).toBe('done');
    expect(await takenBy('another')).toBe(true);
  });

  it('does nothing beside somebody else', async () => {
    await leases.acquire('recovery', 'another', 1000);
    expect(await underLease(deps, () => Promise.reject(new Error('done all the same')))).toBeNull();
  });

  it('gives the lease up when the work fails', async () => {
    await expect(underLease(deps, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await takenBy('another')).toBe(true);
  });

  it('goes on renewing after a renewal that failed', async () => {
    let renewals = 0;
    const failing = intercept('leases', leases, (call) => {
      if (call.method === 'acquire') renewals += 1;
      return renewals === 2 ? Promise.reject(faultOf('postgres')) : call.go();
    });
    await underLease({ ...deps, leases: failing }, async () => {
      for (let seconds = 0; seconds < 60; seconds += 5) await clock.advance(5000);
      expect(await takenBy('another')).toBe(false);
    });
    expect(renewals).toBeGreaterThan(3);
  });
});
