import type { StreamOffsetStore } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import type { Closable, Outage, OutageLimits } from './under-test.js';
import { throughOutage, using } from './under-test.js';

/** An offset store that holds nothing yet. Leave `cutOff` and `restore` out only with the limit `cutOff`. */
export interface StreamOffsetStoreUnderTest extends Closable, Partial<Outage> {
  readonly offsets: StreamOffsetStore;
}

/** Holds an adapter to the promises of StreamOffsetStore. `open` gives an empty store each time. */
export function streamOffsetStoreContract(name: string, open: () => Promise<StreamOffsetStoreUnderTest>, cannot: OutageLimits = {}): void {
  describe(`StreamOffsetStore: ${name}`, () => {
    it('loads null when none was ever saved', () =>
      using(open, async ({ offsets }) => {
        expect(await offsets.load('startjobs')).toBeNull();
      }));

    it('loads the last saved entry id, per label', () =>
      using(open, async ({ offsets }) => {
        await offsets.save('startjobs', '1714329600000-0');
        await offsets.save('stopjobs', '5-18446744073709551615');
        await offsets.save('startjobs', '1714329600000-1');
        expect(await offsets.load('startjobs')).toBe('1714329600000-1');
        expect(await offsets.load('stopjobs')).toBe('5-18446744073709551615');
      }));

    it('replaces what was there, also by a smaller one, and repeating is safe', () =>
      using(open, async ({ offsets }) => {
        await offsets.save('startjobs', '9-9');
        await offsets.save('startjobs', '0-0');
        await offsets.save('startjobs', '0-0');
        expect(await offsets.load('startjobs')).toBe('0-0');
      }));

    it.skipIf(cannot.cutOff)('throws DependencyFault while the store does not answer, and recovers without help', () =>
      using(open, async ({ offsets, ...outage }) => {
        await offsets.save('startjobs', '1-1');
        await throughOutage(outage, [() => offsets.load('startjobs'), () => offsets.save('startjobs', '2-2')], () =>
          offsets.load('startjobs'),
        );
        expect(await offsets.load('startjobs')).toBe('1-1');
      }),
    );
  });
}
