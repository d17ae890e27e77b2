import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import type { ServerPorts } from './failpoints.js';
import { injectionName, parseInjections } from './injection.js';
import { withFailpoints } from './with-failpoints.js';

/** Ports with failpoints, and a list of what was called and injected. */
function portsUnderTest(plan: string) {
  const seen: string[] = [];
  let armed = true;
  class Engine {
    readonly #log = seen;
    async kill(id: string): Promise<string> {
      this.#log.push(`killed ${id}`);
      return 'stopped';
    }
    async ping(): Promise<void> {
      this.#log.push('pinged');
    }
    describe(): string {
      return 'an engine';
    }
  }
  const names = [
    'journal',
    'outbox',
    'leases',
    'reconcileQueue',
    'history',
    'holds',
    'facts',
    'stream',
    'offsets',
    'results',
    'deadLetters',
  ];
  const outbox = { markPublished: async (marks: readonly unknown[]) => void seen.push(`marked ${marks.length}`) };
  const others = Object.fromEntries([...names, 'fleet', 'engineClient', 'recovery'].map((name) => [name, {}]));
  const ports = { ...others, outbox, engine: new Engine() } as unknown as ServerPorts;
  const withThem = withFailpoints(ports, {
    injections: parseInjections(plan),
    armed: () => armed,
    called: (method) => void seen.push(`called ${method}`),
    inject: (injection) => void seen.push(injectionName(injection)),
  });
  const arm = (now: boolean): void => {
    armed = now;
  };
  const { engine } = withThem;
  return { engine, outbox: withThem.outbox, seen, arm, describeEngine: () => (engine as unknown as Engine).describe() };
}

describe('withFailpoints', () => {
  it('does not carry out a call that it makes fail before', async () => {
    const { engine, seen } = portsUnderTest('engine.kill:before=throw@1');
    await expect(engine.kill('a')).rejects.toMatchObject({ dependency: 'container_engine', effect: 'unknown', retryable: true });
    await expect(engine.kill('b')).resolves.toBe('stopped');
    expect(seen).toEqual(['called engine.kill', 'engine.kill:before=throw@1', 'called engine.kill', 'killed b']);
  });

  it('carries out a call whose answer it loses', async () => {
    const { engine, seen } = portsUnderTest('engine.kill:after=lost@2');
    await engine.kill('a');
    await expect(engine.kill('b')).rejects.toBeInstanceOf(DependencyFault);
    expect(seen).toEqual(['called engine.kill', 'killed a', 'called engine.kill', 'killed b', 'engine.kill:after=lost@2']);
  });

  it('goes on after a freeze where it stopped: before or after the call', async () => {
    const { engine, seen } = portsUnderTest('engine.kill:before=freeze@1,engine.kill:after=kill@1');
    await expect(engine.kill('a')).resolves.toBe('stopped');
    expect(seen).toEqual(['called engine.kill', 'engine.kill:before=freeze@1', 'killed a', 'engine.kill:after=kill@1']);
  });

  it('does not count calls before it is armed', async () => {
    const { engine, seen, arm } = portsUnderTest('engine.kill:before=throw@1');
    arm(false);
    await engine.kill('a');
    arm(true);
    await expect(engine.kill('b')).rejects.toThrow('injected before engine.kill');
    expect(seen).toEqual(['killed a', 'called engine.kill', 'engine.kill:before=throw@1']);
  });

  it('does not count a call with an empty list', async () => {
    const { outbox, seen } = portsUnderTest('outbox.markPublished:before=throw@1');
    await outbox.markPublished([]);
    await expect(outbox.markPublished([{ id: 1n, epoch: 1n, entryId: null }])).rejects.toThrow('injected before outbox.markPublished');
    expect(seen).toEqual(['marked 0', 'called outbox.markPublished', 'outbox.markPublished:before=throw@1']);
  });

  it('does not change other methods', async () => {
    const { engine, seen, describeEngine } = portsUnderTest('stream.key:before=throw@1');
    await engine.ping();
    expect(describeEngine()).toBe('an engine');
    expect(seen).toEqual(['called engine.ping', 'pinged']);
  });
});

describe('parseInjections', () => {
  it('reads what injectionName writes', () => {
    const name = 'journal.ingest:after=lost@3';
    expect(parseInjections(`${name},${name}`).map(injectionName)).toEqual([name, name]);
  });

  it.each(['', 'journal.ingest', 'journal.ingest:after=lost', 'journal.ingest:during=kill@1', 'a.b:after=boom@1'])('refuses %o', (text) => {
    expect(() => parseInjections(text)).toThrow(`no failpoint: ${text}`);
  });
});
