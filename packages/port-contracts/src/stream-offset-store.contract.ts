import type { StreamOffsetStore } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it, vi } from 'vitest';
import type { ServerUnderTest } from './under-test.js';
import { using } from './under-test.js';

/** An offset store that holds nothing yet. */
export interface StreamOffsetStoreUnderTest extends ServerUnderTest {
  readonly offsets: StreamOffsetStore;
}

/** Holds an adapter to the promises of StreamOffsetStore. */
export function streamOffsetStoreContract(name: string, open: () => Promise<StreamOffsetStoreUnderTest>): void {
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

    it('throws DependencyFault while the store does not answer, and recovers without help', () =>
      using(open, async ({ offsets, cutOff, restore }) => {
        await offsets.save('startjobs', '1-1');
        await cutOff();
        await expect(offsets.load('startjobs')).rejects.toThrow(DependencyFault);
        await expect(offsets.save('startjobs', '2-2')).rejects.toThrow(DependencyFault);
        await restore();
        await vi.waitFor(async () => expect(await offsets.load('startjobs')).toBe('1-1'), { timeout: 8000 });
      }));
  });
}
