import { afterEach, beforeEach, expect, it } from 'vitest';
import { containersOf } from '../fake-containers.test-support.js';
import type { FakeDockerEngine } from '../fake-docker-engine.js';
import { startFakeDockerEngine } from '../fake-docker-engine.js';

let fake: FakeDockerEngine;
let containers: ReturnType<typeof containersOf>;
beforeEach(async () => {
  fake = await startFakeDockerEngine();
  containers = containersOf(fake);
});
afterEach(() => fake.stop());

it('knows every container, what ran when, and what is left', async () => {
  await containers.create('never');
  await containers.remove('never');
  const id = await containers.run('g1');
  await containers.act('g1', 'kill');
  await containers.act('g1', 'start');
  const { audit } = fake;
  expect(audit.lives.map(({ gameId }) => gameId)).toEqual(['never', 'g1']);
  expect(audit.left.map((life) => life.id)).toEqual([id]);
  const [ran, ...others] = audit.everRan;
  expect(others).toEqual([]);
  expect(ran?.runs.map(({ exitCode, to }) => [exitCode, to === null])).toEqual([
    [137, false],
    [null, true],
  ]);
  expect(audit.calls).toEqual(
    new Map([
      ['create', 2],
      ['remove', 1],
      ['start', 2],
      ['kill', 1],
    ]),
  );
});

it('sees two containers of one game, which are only possible with different names', async () => {
  const first = await containers.create('g1');
  const second = await containers.run('g1', undefined, 'g-again');
  expect(fake.audit.overlaps('existed')).toMatchObject([{ gameId: 'g1', ids: [first, second], to: null }]);
  expect(fake.audit.overlaps('ran')).toEqual([]);
  await containers.act(first, 'start');
  expect(fake.audit.overlaps('ran')).toMatchObject([{ ids: [second, first], to: null }]);
  await fake.restart({ emptied: true });
  expect(fake.audit.overlaps('ran')).toMatchObject([{ ids: [second, first], to: expect.any(Number) }]);
  expect(fake.audit.left).toEqual([]);
});
