import { describe, expect, it } from 'vitest';
import type { Meaning } from './lobby-run.js';
import { explain } from './reference-model.js';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const start = (image = 'a:1', fate: 'runs' | 'missing' | 'malformed' | 'fails' = 'runs'): Meaning => ({
  kind: 'start',
  lane: 'g',
  image,
  fate,
});
const stop: Meaning = { kind: 'stop', lane: 'g' };
const poison: Meaning = { kind: 'poison', lane: 'g' };

const ok = (container_id: string, error_code = '') => ({
  game_id: 'g',
  outcome: 'success',
  container_id,
  engine_endpoint: container_id === '' ? '' : 'http://galaxy-game-g:8080',
  error_code,
  error_message: '',
});
const no = (error_code: string) => ({
  game_id: 'g',
  outcome: 'failure',
  container_id: '',
  engine_endpoint: '',
  error_code,
  error_message: 'why',
});
const replay = (id: string) => ok(id, 'replay_no_op');

describe('explain', () => {
  it('accepts what the contract allows', () => {
    const jobs = [stop, start(), start(), start('a:2'), poison, stop, stop, start('a:3', 'missing'), stop, start('a:3', 'fails'), stop];
    const results = [
      no('not_found'),
      ok(A),
      replay(A),
      no('conflict'),
      no('invalid_job'),
      ok(A),
      replay(A),
      no('image_pull_failed'),
      replay(A),
      no('container_start_failed'),
      replay(''),
    ];
    expect(explain(jobs, results)).toEqual({ problem: null, states: [{ kind: 'removed' }] });
  });

  it('keeps every state that a superseded start may leave behind', () => {
    const jobs = [start(), stop, start(), stop];
    const before = [ok(A), ok(A), no('start_superseded')];
    expect(explain(jobs, [...before, replay(A)])).toEqual({ problem: null, states: [{ kind: 'stopped', id: A }] });
    expect(explain(jobs, [...before, replay('')])).toEqual({ problem: null, states: [{ kind: 'removed' }] });
  });

  it.each([
    ['a result too few', [start()], []],
    ['a result too many', [start()], [ok(A), ok(A)]],
    ['two results in the wrong order', [start(), stop, stop], [ok(A), replay(A), ok(A)]],
    ['a start superseded by nothing', [stop, start()], [no('not_found'), no('start_superseded')]],
    ['a second container beside a running one', [start(), start()], [ok(A), ok(B)]],
    ['the previous container reported as the new one', [start(), stop, start()], [ok(A), ok(A), ok(A)]],
    ['another container stopped than started', [start(), stop], [ok(A), ok(B)]],
    ['a success without a container', [start()], [ok('')]],
    ['a failure with a container', [start('', 'missing')], [{ ...no('image_pull_failed'), container_id: A }]],
    ['an engine that runs but is not reached', [start()], [no('engine_not_ready')]],
    ['a malformed image pulled', [start('', 'malformed')], [no('image_pull_failed')]],
    ['a replay with a message', [start(), start()], [ok(A), { ...replay(A), error_message: 'x' }]],
  ] as const)('refuses %s', (_, jobs, results) => {
    expect(explain(jobs, results).problem).not.toBeNull();
  });
});

describe('explain, with external changes', () => {
  const set = (...ids: string[]) => new Set(ids);
  const done = (what: { died?: Set<string>; gone?: Set<string>; goneLate?: Set<string>; failing?: boolean }) => () => ({
    died: what.died ?? set(),
    gone: what.gone ?? set(),
    goneLate: what.goneLate ?? set(),
    failing: what.failing ?? false,
  });

  it('accepts results before and after the service noticed a death', () => {
    const died = done({ died: set(A) });
    expect(explain([start(), start()], [ok(A), replay(A)], died)).toEqual({ problem: null, states: [{ kind: 'down', id: A }] });
    expect(explain([start(), start(), stop], [ok(A), no('conflict'), ok(A)], died)).toEqual({
      problem: null,
      states: [{ kind: 'stopped', id: A }],
    });
  });

  it('accepts results before and after the service noticed a removal', () => {
    const gone = done({ gone: set(A) });
    expect(explain([start(), stop], [ok(A), ok('')], gone)).toEqual({ problem: null, states: [{ kind: 'removed' }] });
    expect(explain([start(), stop], [ok(A), replay('')], gone)).toEqual({ problem: null, states: [{ kind: 'removed' }] });
    expect(explain([start(), start()], [ok(A), ok(B)], gone).states).toEqual([{ kind: 'running', id: B, image: 'a:1' }]);
    expect(explain([start(), stop, stop], [ok(A), ok(A), replay('')], done({ goneLate: set(A) })).states).toEqual([{ kind: 'removed' }]);
  });

  it('accepts that the record of a removed game was deleted, and of no other', () => {
    const gone = { ...done({ gone: set(A) })(), forgotten: true };
    const [jobs, results] = [
      [start(), stop, stop],
      [ok(A), ok('')],
    ];
    expect(explain(jobs, [...results, replay('')], () => gone).problem).toBeNull();
    expect(explain(jobs, [...results, no('not_found')], () => gone).problem).toBeNull();
    expect(explain([start(), stop], results, () => gone).states).toEqual([{ kind: 'removed' }, { kind: 'none' }]);
    expect(explain(jobs, [...results, no('not_found')], done({ gone: set(A) })).problem).not.toBeNull();
    const kept = () => ({ ...done({})(), forgotten: true });
    expect(explain([start(), stop, stop], [ok(A), ok(A), no('not_found')], kept).problem).not.toBeNull();
  });

  it('accepts a start that failed because of a change', () => {
    expect(explain([start()], [no('container_start_failed')], done({ failing: true })).states).toEqual([{ kind: 'removed' }]);
  });

  it('accepts that a failed stop has ended the container, and that the service notices it at once, later, or not at all', () => {
    const excused = () => ({ ...done({})(), excuses: ['docker_unavailable'] });
    const running = { kind: 'running', id: A, image: 'a:1' };
    const either = { problem: null, states: [running, { kind: 'down', id: A }] };
    const [failed, stopped] = [no('docker_unavailable'), { kind: 'stopped', id: A }];
    expect(explain([start(), stop], [ok(A), failed], excused)).toEqual(either);
    expect(explain([start(), stop, start()], [ok(A), failed, replay(A)], excused)).toEqual(either);
    expect(explain([start(), stop, start(), stop], [ok(A), failed, no('conflict'), ok(A)], excused).states).toEqual([stopped]);
    expect(explain([start(), stop, start()], [ok(A), failed, ok(B)], excused).problem).not.toBeNull();
  });

  it.each([
    ['another container dead than the one that died', [start(), start()], [ok(A), no('conflict')], { died: set(B) }],
    ['a removal by nobody', [start(), stop], [ok(A), ok('')], { died: set(A) }],
    ['a removal of a running game that no late call explains', [start(), stop], [ok(A), ok('')], { goneLate: set(A) }],
    ['a start that failed otherwise', [start()], [no('image_pull_failed')], { failing: true }],
    ['a malformed image started', [start('', 'malformed')], [no('container_start_failed')], { failing: true }],
  ] as const)('refuses %s', (_, jobs, results, what) => {
    expect(explain(jobs, results, done(what)).problem).not.toBeNull();
  });
});
