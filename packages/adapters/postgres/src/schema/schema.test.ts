import { RUNTIME_STATUSES } from '@galaxy/domain';
import { expect, it } from 'vitest';
import { readMigrations } from './migrations.js';

it('names the migrations in order, without gaps', () => {
  const migrations = readMigrations();
  expect(migrations.map(({ index }) => index)).toEqual(migrations.map((_, n) => n));
  expect(migrations.every(({ sql }) => sql.length > 0)).toBe(true);
});

it('constrains the status to the status machine', () => {
  const all = readMigrations()
    .map(({ sql }) => sql)
    .join('\n');
  const list = RUNTIME_STATUSES.map((status) => `'${status}'`).join(', ');
  expect(all).toContain(`CONSTRAINT "runtime_records_status_chk" CHECK ("runtime_records"."status" in (${list}))`);
});
