import type { FleetHint } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventLimits } from '../client/docker-engine-options.js';
import { DockerContainerFleet } from '../docker-container-fleet.js';
import { eventLine, fakeDaemon, fakeEvents } from '../fake-daemon.test-support.js';

const soon = { timeout: 5_000 };
const connected: FleetHint = { kind: 'connected' };
const changed = (gameId: string): FleetHint => ({ kind: 'changed', gameId });

function watch(host: string, events: Partial<EventLimits> = {}, openMs = 2_000) {
  const fleet = new DockerContainerFleet({ host, instance: 'mine', deadlines: { ping: 500, events: openMs }, events });
  const hints: FleetHint[] = [];
  const end = new AbortController();
  const ended = fleet.watch((hint) => void hints.push(hint), end.signal);
  onTestFinished(async () => {
    end.abort();
    await ended.catch(() => undefined);
  });
  return { hints, end, ended };
}

/** A watch of a daemon that has begun to tell events. */
async function watchFake(events: Partial<EventLimits> = {}, aheadMs = 0) {
  const daemon = await fakeEvents(aheadMs);
  const watching = watch(daemon.host, events);
  await expect.poll(() => watching.hints, soon).toEqual([connected]);
  return { ...daemon, ...watching, write: (text: string) => daemon.streams.at(-1)?.write(text) };
}

describe('the stream of events', () => {
  it('asks the daemon for what changes containers of ours, and for nothing else', async () => {
    const { queries } = await watchFake();
    const filters: unknown = JSON.parse(queries[0]?.get('filters') ?? '');
    expect(filters).toEqual({
      type: ['container'],
      label: ['galaxy.managed=true', 'galaxy.instance=mine'],
      event: ['create', 'start', 'die', 'pause', 'unpause', 'destroy', 'rename'],
    });
    expect([...(queries[0]?.keys() ?? [])].sort()).toEqual(['filters', 'since']);
  });

  it('goes on from the last event after a cut, telling what is told again only once', async () => {
    const { hints, streams, queries, write } = await watchFake();
    const atMs = Date.now() + 60_000;
    write(eventLine('mine', 'g-1', { atMs }));
    await expect.poll(() => hints, soon).toEqual([connected, changed('g-1')]);
    streams[0]?.destroy();
    await expect.poll(() => hints, soon).toEqual([connected, changed('g-1'), connected]);
    expect(queries[1]?.get('since')).toBe(((atMs - 5_000) / 1000).toFixed(3));
    write(eventLine('mine', 'g-1', { atMs }) + eventLine('mine', 'g-1', { atMs, action: 'die' }));
    await expect.poll(() => hints.slice(3), soon).toEqual([changed('g-1')]);
  });

  it('goes on by the clock of the daemon when nothing was told before the cut', async () => {
    const { hints, streams, queries } = await watchFake({}, 3_600_000);
    streams[0]?.destroy();
    await expect.poll(() => hints, soon).toEqual([connected, connected]);
    const [first = Number.NaN, second = Number.NaN] = queries.map((query) => Number(query.get('since')));
    expect(second - first).toBeGreaterThan(3_590);
    expect(second - first).toBeLessThan(3_610);
  });

  it('is opened again after its end, too, and after a cut amid a line', async () => {
    const { hints, streams, write } = await watchFake();
    streams[0]?.end();
    await expect.poll(() => hints, soon).toEqual([connected, connected]);
    write(eventLine('mine', 'g-1').slice(0, 50));
    streams[1]?.destroy();
    await expect.poll(() => streams.length, soon).toBe(3);
    write(eventLine('mine', 'g-2'));
    await expect.poll(() => hints.at(-1), soon).toEqual(changed('g-2'));
    expect(hints).not.toContainEqual(changed('g-1'));
  });

  it('takes a line that is not understood for any change, and goes on', async () => {
    const { hints, write } = await watchFake();
    write(`\n<html>\r\n{"Action":7}\n${eventLine('mine', 'g-1')}${eventLine('another', 'g-2')}${eventLine('mine', 'g-3')}`);
    await expect.poll(() => hints.slice(1), soon).toEqual([connected, connected, changed('g-1'), changed('g-3')]);
  });

  it('does not keep a line that never ends', async () => {
    const { hints, write } = await watchFake();
    for (let part = 0; part < 17; part += 1) write('x'.repeat(64 * 1024));
    await expect.poll(() => hints, soon).toEqual([connected, connected]);
  });

  it('does not take a mistake of its listener for a fault', async () => {
    const { host } = await fakeEvents();
    const mistake = new Error('mistake');
    const fleet = new DockerContainerFleet({ host, instance: 'mine' });
    const listen = () => {
      throw mistake;
    };
    await expect(fleet.watch(listen, new AbortController().signal)).rejects.toBe(mistake);
  });
});

describe('a silent stream', () => {
  it('is kept while the daemon answers elsewhere', async () => {
    const { hints, streams, state } = await watchFake({ pingAfterMs: 30 });
    await expect.poll(() => state.pings, soon).toBeGreaterThan(3);
    expect([hints.length, streams.length]).toEqual([1, 1]);
  });

  it('is opened anew when the daemon does not answer', async () => {
    const { hints, state, streams } = await watchFake({ pingAfterMs: 30 });
    state.answersPings = false;
    await expect.poll(() => hints.length, soon).toBeGreaterThan(1);
    expect(streams[0]?.destroyed).toBe(true);
  });

  it('is opened anew after a long time all the same', async () => {
    const { hints } = await watchFake({ pingAfterMs: 30, reconnectAfterMs: 200 });
    await expect.poll(() => hints.length, soon).toBeGreaterThan(1);
  });

  it('is none while lines come', async () => {
    const { hints, state, streams, write } = await watchFake({ pingAfterMs: 1_000 });
    const chatter = setInterval(() => write(eventLine('mine', 'g')), 20);
    await expect.poll(() => hints.length, soon).toBeGreaterThan(60);
    clearInterval(chatter);
    expect([state.pings, streams.length]).toEqual([0, 1]);
  });
});

describe('a watch', () => {
  it('ends with a fault when the daemon is away at its beginning, or does not begin to answer', async () => {
    await expect(watch('unix:///no/such/docker.sock').ended).rejects.toMatchObject({ effect: 'not_done', retryable: true });
    const { host } = await fakeDaemon(() => undefined);
    await expect(watch(host, {}, 200).ended).rejects.toThrow('no answer within 200 ms');
  });

  it('ends with a fault when the daemon refuses it', async () => {
    const { host } = await fakeDaemon((_, response) => response.writeHead(403).end('{"message":"not for you"}'));
    const fault: unknown = await watch(host).ended.catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(DependencyFault);
    expect(fault).toMatchObject({ retryable: false, message: expect.stringContaining('follow the events') as string });
  });

  it('ends with a fault when every stream is cut at once', async () => {
    const { host } = await fakeDaemon((_, response) => {
      response.flushHeaders();
      setTimeout(() => response.destroy(), 5);
    });
    const { ended, hints } = watch(host, { giveUpMs: 1_000 });
    await expect(ended).rejects.toThrow(DependencyFault);
    expect(hints.length).toBeGreaterThan(2);
    expect(hints.length).toBeLessThan(10);
  });

  it('returns at once when it is aborted, whatever it is doing', async () => {
    const following = await watchFake();
    await endsAtOnce(following);
    const { host } = await fakeDaemon(() => undefined);
    await endsAtOnce(watch(host, {}, 60_000));
    const cutting = await fakeDaemon((_, response) => {
      response.flushHeaders();
      response.destroy();
    });
    const waiting = watch(cutting.host);
    // By now the next try is most of a second away.
    await expect.poll(() => waiting.hints.length, soon).toBe(5);
    await endsAtOnce(waiting);
  });
});

async function endsAtOnce({ end, ended }: ReturnType<typeof watch>): Promise<void> {
  const begun = performance.now();
  end.abort();
  await expect(ended).resolves.toBeUndefined();
  expect(performance.now() - begun).toBeLessThan(700);
}
