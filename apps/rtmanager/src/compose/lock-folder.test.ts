import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockFolder } from './lock-folder.js';

/** Where the loader of TypeScript is found. */
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** Above what Linux gives out as a process id. */
const NOBODY = 2 ** 22 + 1;

let dir: string;
let folder: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-folder-'));
  folder = join(dir, 'data');
  file = `${folder}.lock`;
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

describe('a folder', () => {
  it('is locked once, and free again when it is given up; nothing else is left lying about', () => {
    const unlock = lockFolder(`${folder}/`);
    expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}`);
    expect(readdirSync(dir).sort()).toEqual(['data', 'data.lock']);
    unlock();
    expect(existsSync(file)).toBe(false);
    lockFolder(folder)();
    expect(readdirSync(dir)).toEqual(['data']);
  });

  it.each([
    ['whose process is gone', `${NOBODY} 5c7f`],
    ['of an earlier version', `${NOBODY}`],
    ['that an earlier process of our own id left behind', `${process.pid} 5c7f`],
    ['that says nothing', ''],
    ['that says something else', '../../../no process at all'],
  ])('is taken over from a lock %s', (_, text) => {
    writeFileSync(file, text);
    lockFolder(folder)();
    expect(readdirSync(dir)).toEqual(['data']);
  });

  it('is not taken over from a process that we may not signal', () => {
    writeFileSync(file, '4711 5c7f');
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    });
    expect(() => lockFolder(folder)).toThrow('in use by process 4711');
    expect(readFileSync(file, 'utf8')).toBe('4711 5c7f');
  });

  it('is not taken over while another process is taking it over, and is once that one has died over it', () => {
    writeFileSync(file, `${NOBODY} a`);
    writeFileSync(`${file}-${NOBODY}-a`, `${process.ppid} b`);
    expect(() => lockFolder(folder)).toThrow(`in use by process ${process.ppid}`);
    writeFileSync(`${file}-${NOBODY}-a`, `${NOBODY} b`);
    lockFolder(folder)();
    expect(readdirSync(dir)).toEqual(['data']);
  });
});

describe('of processes that find the same stale lock at once', () => {
  const RACERS = 4;
  const ROUNDS = 15;
  const racers: { readonly child: ChildProcess; answers: AsyncIterator<string> }[] = [];
  beforeAll(async () => {
    racers.push(...(await Promise.all(Array.from({ length: RACERS }, startRacer))));
  });
  afterAll(() => {
    for (const { child } of racers) child.kill('SIGKILL');
  });

  it('just one gets it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const contested = join(dir, `round-${round}`);
      writeFileSync(`${contested}.lock`, `${NOBODY} ${round}`);
      const at = Date.now() + 30;
      const answers = await Promise.all(racers.map((racer) => ask(racer, `take ${at} ${contested}`)));
      expect(
        answers.filter((answer) => answer === 'mine'),
        answers.join(),
      ).toHaveLength(1);
      await Promise.all(racers.map((racer) => ask(racer, 'release')));
    }
  });

  const ask = async ({ child, answers }: (typeof racers)[number], line: string): Promise<string> => {
    child.stdin?.write(`${line}\n`);
    return String((await answers.next()).value);
  };

  async function startRacer() {
    // Waits for the moment in a busy loop, so that all processes are at it within microseconds.
    const script = `
      import { createInterface } from 'node:readline';
      import { lockFolder } from ${JSON.stringify(new URL('./lock-folder.ts', import.meta.url).href)};
      let unlock = () => {};
      const answer = (text) => process.stdout.write(text + '\\n');
      createInterface({ input: process.stdin }).on('line', (line) => {
        const [verb, at, folder] = line.split(' ');
        if (verb === 'release') { unlock(); unlock = () => {}; return answer('released'); }
        while (Date.now() < Number(at));
        try { unlock = lockFolder(folder); answer('mine'); } catch (error) { answer('refused: ' + error.message); }
      });
      answer('ready');`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: ROOT,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child, 'spawn');
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await answers.next()).value).toBe('ready');
    return { child, answers };
  }
});
