import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { compiledStatements, statement } from './statement.js';

describe('statement', () => {
  const LOOK = statement(
    'look',
    { id: 'uuid', at: 'time', n: 'bigint', flag: 'boolean', list: 'json', name: 'text' },
    (p) => sql`select ${p.id}, ${p.at}, ${p.n}, ${p.flag}, ${p.list}, ${p.name}, ${p.id}`,
  );
  const values = { id: 'i', at: new Date('2026-01-01T00:00:00Z'), n: 2n ** 62n, flag: false, list: [1, null], name: null };

  it('has one text, with a cast for each value, however often it is filled', () => {
    const { text } = LOOK(values);
    expect(text).toBe('select $1::uuid, $2::timestamptz, $3::bigint, $4::boolean, $5::text::json, $6::text, $7::uuid');
    expect(LOOK({ ...values, name: 'x', at: null }).text).toBe(text);
  });

  it('gives drivers nothing but text, numbers, booleans and null', () => {
    expect(LOOK(values).params).toEqual(['i', '2026-01-01T00:00:00.000Z', '4611686018427387904', false, '[1,null]', null, 'i']);
  });

  it('replaces what PostgreSQL cannot hold in a text, also within JSON, and nothing else', () => {
    const list = { 'a\\u0000': 'b\u0000c', ok: ['\ud83d\ude00', '\ud83d'], text: '"\\u0000"' };
    const { params } = LOOK({ ...values, name: 'x\u0000\ud800y', list });
    expect(params[5]).toBe('x\ufffd\ufffdy');
    expect(JSON.parse(String(params[4]))).toEqual({ 'a\\u0000': 'b\ufffdc', ok: ['\ud83d\ude00', '\ufffd'], text: '"\\u0000"' });
  });

  it('is listed with its text and what each of its parameters stands for', () => {
    const list = compiledStatements().find(({ name }) => name === 'look');
    expect(list?.text).toBe(LOOK(values).text);
    expect(list?.parameters.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id uuid',
      'at timestamptz',
      'n bigint',
      'flag boolean',
      'list text::json',
      'name text',
      'id uuid',
    ]);
  });

  it('has a name of its own', () => {
    expect(() => statement('look', {}, () => sql`select 1`)).toThrow('statement look: there is another one of that name');
  });

  it('refuses a value that was written into the text', () => {
    expect(() => statement('wrong', {}, () => sql`select ${'value'}`)).toThrow(/values come through parameters/);
  });
});
