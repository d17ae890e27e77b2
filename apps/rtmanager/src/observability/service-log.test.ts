import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DependencyFault } from '@galaxy/ports';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineWriter } from './line-writer.js';
import { logObserver } from './log-observer.js';
import { makeLog } from './service-log.js';

function logging() {
  let text = '';
  const out = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  const log = makeLog('debug', out);
  return { log, text: () => text, lines: () => text.split('\n').slice(0, -1) };
}

const HOSTILE = [
  'a\n{"level":60,"msg":"forged"}',
  'a\r\n\u2028\u2029{"level":60}',
  '\u001b[2J\u001b[31mred\u009b31m',
  '\u202egnp.exe\u2066\u200b',
  '\u{e0041}\ufeff\u0000',
  '","level":60,"x":"',
  '\ud800 half a pair',
];

describe('the log', () => {
  it.each(HOSTILE)('keeps %j in its field, wherever it comes from', (text) => {
    const { log, lines } = logging();
    const observer = logObserver(log);
    const error = new DependencyFault({ message: text, retryable: true, effect: 'unknown', dependency: 'redis' });
    const operation = { opId: 'op', gameId: text, op: 'start', attempt: 1, sourceRef: text, reason: text, requestedAtMs: null } as const;
    observer.observe({ kind: 'claim_released', operation, reason: 'outage', error });
    observer.observe({ kind: 'entry_refused', stream: text, entryId: text, gameId: text, reason: text });
    observer.observe({ kind: 'operation_finished', operation, outcome: 'failure', errorCode: 'conflict', errorMessage: text, ms: 1 });
    log.fatal({ err: new Error(text) }, 'unexpected error');
    expect(lines()).toHaveLength(4);
    for (const line of lines()) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const logged = lines().map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.map(({ level }) => level)).toEqual([40, 40, 30, 60]);
    const written = text.toWellFormed();
    expect(logged[0]).toMatchObject({ game_id: written, error: { message: written } });
    expect(logged[3]).toMatchObject({ err: { type: 'Error', message: written } });
  });

  it('is one well-formed line per event, whatever text is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const { log, lines } = logging();
        log.warn({ text }, 'told');
        expect(lines()).toHaveLength(1);
        expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ level: 40, msg: 'told' });
      }),
      { numRuns: 1000 },
    );
  });

  it('cuts what is very long, and says how long it was', () => {
    const { log, text, lines } = logging();
    log.warn({ reason: 'x'.repeat(5_000_000), error: { message: 'y'.repeat(100_000) } }, 'told');
    expect(text().length).toBeLessThan(10_000);
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ reason: expect.stringMatching(/^x+… \(5000000 characters\)$/) });
  });

  it.each([
    'redis://:hunter2@127.0.0.1:6379',
    'postgres://manager:hunter2@db/runtime?sslmode=require',
    'connecting to rediss://u:hun:ter2@h failed',
    'http://hunter2@proxy:3128',
  ])('shows no password of %s', (url) => {
    const { log, text } = logging();
    const error = Object.assign(new TypeError(`Invalid URL ${url}`), { input: url, code: 'ERR_INVALID_URL', query: { args: [url] } });
    log.fatal({ err: error }, 'unexpected error');
    logObserver(log).observe({ kind: 'loop_failed', loop: 'work', error, retryInMs: 1 });
    log.warn({ warning: url, more: [{ url }] }, 'odd');
    expect(text()).not.toContain('hunter2');
    expect(text()).not.toContain('hun:ter2');
    expect(text()).toContain('***');
    expect(text()).toContain('ERR_INVALID_URL');
  });
});

describe('a text that is cut', () => {
  it('shows no half of a password', () => {
    for (let before = 4040; before < 4100; before += 1) {
      const { log, text } = logging();
      log.warn({ reason: `${'x'.repeat(before)} redis://manager:hunter2hunter2@127.0.0.1:6379 ${'y'.repeat(5000)}` }, 'told');
      expect(text()).not.toContain('hunter');
    }
  });
});

describe('a stream of which nobody reads', () => {
  /** A stream that takes nothing until it is told to. */
  function stuck() {
    const taken: string[] = [];
    let go = (): void => undefined;
    let isOpen = false;
    const out = new Writable({
      write: (chunk, _, done) => {
        taken.push(String(chunk));
        if (isOpen) done();
        else go = done;
      },
    });
    return {
      out,
      taken,
      open: () => {
        isOpen = true;
        go();
      },
    };
  }

  it('is given no more than it can hold; what was dropped is counted once there is room', async () => {
    const { out, taken, open } = stuck();
    const { write } = lineWriter(out);
    const line = `{"msg":"${'x'.repeat(1000)}"}\n`;
    for (let n = 0; n < 5000; n += 1) write(line);
    expect(out.writableLength).toBeLessThan(1.01 * 2 ** 20);
    open();
    await expect.poll(() => out.writableLength).toBe(0);
    write('{"msg":"again"}\n');
    write('{"msg":"and again"}\n');
    const kept = taken.filter((text) => text === line).length;
    expect(taken.slice(kept)).toEqual([
      `{"level":40,"dropped":${5000 - kept},"msg":"log lines were dropped because the reader was too slow"}\n`,
      '{"msg":"again"}\n',
      '{"msg":"and again"}\n',
    ]);
  });

  it('may fail for ever', async () => {
    const out = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })) });
    const { write } = lineWriter(out);
    for (let n = 0; n < 3; n += 1) {
      write('{}\n');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(out.errored).toBeInstanceOf(Error);
  });
});

describe('a process whose log nobody reads', () => {
  const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
  const script = (last: string) => `
    import { syncLineWriter } from ${JSON.stringify(new URL('./line-writer.ts', import.meta.url).href)};
    import { makeLog } from ${JSON.stringify(new URL('./service-log.ts', import.meta.url).href)};
    const log = makeLog('info', process.stdout, syncLineWriter(2));
    const text = 'x'.repeat(1000);
    for (let n = 0; n < 5000; n += 1) log.info({ text }, 'told');
    setTimeout(() => { ${last} }, 100);`;

  async function run(last: string, read: 'never' | 'closed' | 'all') {
    const args = ['--conditions=galaxy-source', '--import', 'tsx', '--input-type=module', '-e', script(last)];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    let [text, complaints] = ['', ''];
    child.stderr.on('data', (chunk: Buffer) => (complaints += String(chunk)));
    if (read === 'closed') child.stdout.destroy();
    if (read === 'all') child.stdout.on('data', (chunk: Buffer) => (text += String(chunk)));
    const complained = once(child.stderr, 'close');
    const [code] = (await once(child, read === 'all' ? 'close' : 'exit')) as [number | null];
    await complained;
    return { code, lines: text.split('\n').slice(0, -1), complaints: complaints.split('\n').slice(0, -1) };
  }

  it.each(['never', 'closed'] as const)('goes on, and ends when it wants to (its reader: %s)', async (read) => {
    expect((await run('process.exit(3)', read)).code).toBe(3);
  });

  const CRASH = "log.fatal({ err: new Error('boom\\u2028') }, 'unexpected error'); process.exit(3)";
  const CRASHED = { level: 60, msg: 'unexpected error', err: { message: 'boom\u2028' } };

  // Its promise holds for a reader that keeps up: one that is slow has standard error, below.
  it('has written its last line when it crashes, to a reader that has taken all before it', async () => {
    const afterAll = `const end = () => { if (process.stdout.writableLength > 0) return setTimeout(end, 5); ${CRASH} }; end();`;
    const { code, lines } = await run(afterAll, 'all');
    expect(code).toBe(3);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject(CRASHED);
  });

  // What does not fit into the pipe is lost when the process ends: its last line first of all.
  it.each(['never', 'closed'] as const)('has written its last line, and no other, to standard error (its reader: %s)', async (read) => {
    const { code, complaints } = await run(CRASH, read);
    expect(code).toBe(3);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(complaints[0] ?? '')).toMatchObject(CRASHED);
  });

  it('ends though nobody reads its standard error either', async () => {
    const fill = "for (const size of [4096, 1]) try { for (;;) writeSync(2, 'x'.repeat(size)); } catch {}";
    const args = ['--conditions=galaxy-source', '--import', 'tsx', '--input-type=module', '-e'];
    // The getter of process.stderr is what makes its pipe one that does not block. Filled twice: our own end of it takes some.
    const text = `import { writeSync } from 'node:fs'; void process.stderr; ${fill} ${script(`${fill} ${CRASH}`)}`;
    const child = spawn(process.execPath, [...args, text], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    expect(await once(child, 'exit')).toEqual([3, null]);
  });
});
