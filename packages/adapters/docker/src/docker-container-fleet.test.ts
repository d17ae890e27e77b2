import { DependencyFault } from '@galaxy/ports';
import { expect, it, onTestFinished } from 'vitest';
import { DockerContainerFleet } from './docker-container-fleet.js';
import { fakeDaemon } from './fake-daemon.test-support.js';

/** A fleet on a daemon with these answers; `asked` are the paths that were asked for. */
async function fleetOn(answers: Record<string, string>) {
  const asked: string[] = [];
  const { host } = await fakeDaemon((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://daemon');
    asked.push(pathname);
    if (pathname === '/events') return response.flushHeaders();
    const answer = answers[pathname];
    response.statusCode = answer === undefined ? 500 : 200;
    response.end(answer ?? '{"message":"out of\\nhumour"}');
  });
  return { asked, fleet: new DockerContainerFleet({ host, instance: 'mine', deadlines: { list: 500 } }) };
}

const LIST = '/containers/json';

it('asks for the engine id after the first list of a connection, and not again', async () => {
  const { asked, fleet } = await fleetOn({ [LIST]: '[]', '/info': '{"ID":"first"}' });
  for (let round = 0; round < 3; round += 1) expect(await fleet.list()).toEqual({ engineId: 'first', incarnations: [], foreign: [] });
  expect(asked).toEqual([LIST, '/info', LIST, LIST]);
});

it('asks for it again once the events were connected anew', async () => {
  const answers = { [LIST]: '[]', '/info': '{"ID":"first"}' };
  const { fleet } = await fleetOn(answers);
  await fleet.list();
  answers['/info'] = '{"ID":"second"}';
  expect((await fleet.list()).engineId).toBe('first');
  const end = new AbortController();
  onTestFinished(() => end.abort());
  await new Promise<void>((resolve, reject) => void fleet.watch(() => resolve(), end.signal).catch(reject));
  expect((await fleet.list()).engineId).toBe('second');
});

it.each([
  ['a list that is no JSON', { [LIST]: '<html>' }],
  ['a list that is cut short', { [LIST]: '[{"Id":' }],
  ['no list', { '/info': '{"ID":"first"}' }],
  ['no engine id', { [LIST]: '[]', '/info': '{"ID":""}' }],
  ['no information', { [LIST]: '[]' }],
])('is a fault with %s', async (_, answers) => {
  const { fleet } = await fleetOn(answers);
  const fault: unknown = await fleet.list().catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(DependencyFault);
  expect(fault).toMatchObject({ dependency: 'container_engine', retryable: true });
});

it('hands the words of the daemon on', async () => {
  const { fleet } = await fleetOn({});
  await expect(fleet.list()).rejects.toThrow('container engine: list the containers: out of humour');
});
