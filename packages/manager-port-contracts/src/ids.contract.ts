import type { Ids } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';

/** The promises of {@link Ids}, for an adapter to pass. */
export function idsContract(name: string, open: () => Ids): void {
  describe(`Ids: ${name}`, () => {
    it('makes UUIDs (RFC 9562), in lower case', () => {
      expect(open().uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    });

    it('makes each one higher than those before', () => {
      const ids = open();
      const made = Array.from({ length: 1000 }, () => ids.uuid());
      expect(made).toEqual([...made].sort());
    });

    it('makes a fresh one each time', () => {
      const ids = open();
      expect(new Set(Array.from({ length: 1000 }, () => ids.uuid())).size).toBe(1000);
    });
  });
}
