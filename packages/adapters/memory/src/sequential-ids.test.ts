import { idsContract } from '@galaxy/manager-port-contracts';
import { expect, it } from 'vitest';
import { SequentialIds } from './sequential-ids.js';

idsContract('memory', () => new SequentialIds());

it('counts in UUIDs that never repeat and are the same in every run', () => {
  const ids = new SequentialIds();
  const first = Array.from({ length: 300 }, () => ids.uuid());
  expect(first[0]).toBe('00000000-0000-4000-8000-000000000001');
  expect(first[299]).toBe('00000000-0000-4000-8000-00000000012c');
  expect(new Set(first).size).toBe(300);
  expect(new SequentialIds().uuid()).toBe(first[0]);
});
