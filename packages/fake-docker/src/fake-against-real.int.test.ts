import type { DockerApi } from '@galaxy/testing';
import { engineImages, testServers, uniqueName } from '@galaxy/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FakeDockerEngine } from './fake-docker-engine.js';
import { startFakeDockerEngine } from './fake-docker-engine.js';
import type { Step } from './same-answers.test-support.js';
import { play } from './same-answers.test-support.js';

const { docker } = testServers();
let fake: FakeDockerEngine;
beforeAll(async () => {
  fake = await startFakeDockerEngine();
});
afterAll(() => fake.stop());

const NAMES = ['a', 'b'];
const { tiny, badCommand } = engineImages;

// The tiny program is pid 1, so only SIGKILL ends it, and the result of an inspect does not depend on timing.
const create = (name: string, Image = tiny as string, NetworkMode = 'net~'): Step => ({
  method: 'POST',
  path: `/containers/create?name=${name}~`,
  json: { Image, Labels: { run: '~' }, HostConfig: { NetworkMode, Init: false } },
});
const act = (name: string, what: string): Step => ({ method: 'POST', path: `/containers/${name}~/${what}` });
const remove = (name: string, how: string): Step => ({ method: 'DELETE', path: `/containers/${name}~${how}` });
const makeNetwork: Step = { method: 'POST', path: '/networks/create', json: { Name: 'net~', CheckDuplicate: true } };
const others: readonly Step[] = [
  makeNetwork,
  { method: 'GET', path: '/networks/net~' },
  { method: 'DELETE', path: '/networks/net~' },
  { method: 'GET', path: '/networks/none-such' },
  { method: 'GET', path: '/images/galaxy/none:1/json' },
  create('c', 'galaxy/none:1'),
  create('.', tiny),
];

const name = fc.constantFrom(...NAMES);
const force = '?force=1&v=1';
const replace = fc.tuple(name, fc.constantFrom(tiny, tiny, badCommand), fc.constantFrom('net~', 'net~', 'no-net~'));
// Most steps are about running containers: they are ended, frozen and removed in all ways, in every state.
const steps = fc.oneof(
  { weight: 7, arbitrary: name.map((of) => [act(of, 'start')]) },
  { weight: 4, arbitrary: fc.tuple(name, fc.constantFrom('stop?t=0', 'kill')).map(([of, how]) => [act(of, how)]) },
  { weight: 6, arbitrary: fc.tuple(name, fc.constantFrom('pause', 'unpause')).map(([of, how]) => [act(of, how)]) },
  {
    weight: 2,
    arbitrary: fc.tuple(name, fc.constantFrom('TERM', '15', 'NONE', '70')).map(([of, signal]) => [act(of, `kill?signal=${signal}`)]),
  },
  { weight: 2, arbitrary: name.map((of) => [remove(of, '')]) },
  { weight: 2, arbitrary: replace.map(([of, image, network]) => [remove(of, force), create(of, image, network), act(of, 'start')]) },
  { weight: 1, arbitrary: name.map((of) => [create(of)]) },
  { weight: 2, arbitrary: fc.constantFrom(...others).map((step) => [step]) },
);

const running = [makeNetwork, create('a'), act('a', 'start'), create('b'), act('b', 'start')];

it('answers as the real daemon does, in every state', { timeout: 300_000 }, async () => {
  const sequences = fc.array(steps, { minLength: 15, maxLength: 22, size: 'max' });
  const property = fc.asyncProperty(sequences, (chosen) => agree([...running, ...chosen.flat()]));
  await fc.assert(property, { seed: 2010, numRuns: 3, endOnFailure: true });
});

it('answers as the real daemon does about networks that are gone, are created again or never existed', { timeout: 60_000 }, async () => {
  const [removeNetwork, start] = [{ method: 'DELETE', path: '/networks/net~' }, act('a', 'start')] as const;
  const gone = [removeNetwork, act('a', 'kill'), act('b', 'kill'), removeNetwork, removeNetwork, start, remove('b', '')];
  const again = [makeNetwork, makeNetwork, start, remove('a', ''), create('a'), removeNetwork, start, makeNetwork, start];
  const never = [create('b', tiny, 'no-net~'), act('b', 'start'), act('b', 'start'), act('b', 'stop?t=0'), remove('b', '')];
  await agree([...running, ...gone, ...again, ...never]);
});

async function agree(sequence: readonly Step[]): Promise<void> {
  const suffix = `-${uniqueName('run')}`;
  try {
    const onFake = await play(fake, { names: NAMES, suffix, steps: sequence });
    expect(await play(docker, { names: NAMES, suffix, steps: sequence, awaited: onFake.states })).toEqual(onFake);
  } finally {
    await Promise.all([fake, docker].map((daemon) => cleanUp(daemon, suffix)));
  }
}

async function cleanUp(daemon: DockerApi, suffix: string): Promise<void> {
  for (const of of NAMES) await daemon.call({ method: 'DELETE', path: `/containers/${of}${suffix}?force=1` });
  await daemon.call({ method: 'DELETE', path: `/networks/net${suffix}` });
}
