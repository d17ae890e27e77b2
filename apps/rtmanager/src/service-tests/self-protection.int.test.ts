import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { PostgresExecutor } from '@galaxy/adapter-postgres';
import { freePort, startPostgres, startRedis, waitFor } from '@galaxy/testing';
import { bundledService, type RtmanagerProcess, startRtmanager } from '@galaxy/verification';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';

const PASSWORD = 'hunter2';
const REFUSED: unknown = expect.stringContaining('ECONNREFUSED');
const UNKNOWN_HOST: unknown = expect.stringMatching(/ENOTFOUND|EAI_AGAIN/);

const running: RtmanagerProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((rtmanager) => rtmanager.end('SIGKILL')));
});

/** Variables with addresses on which no server listens. */
async function nobodyThere(): Promise<Record<string, string>> {
  const port = await freePort();
  return {
    RTMANAGER_REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${port}`,
    RTMANAGER_POSTGRES_URL: `postgres://manager:${PASSWORD}@127.0.0.1:${port}/runtime`,
    RTMANAGER_DOCKER_HOST: `tcp://127.0.0.1:${port}`,
  };
}

/** Variables that make a process run code when it gets SIGUSR2. */
const onSignal = (code: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`process.on('SIGUSR2', () => { ${code} })`)}`,
});

async function start(variables: Record<string, string>): Promise<RtmanagerProcess> {
  const rtmanager = await startRtmanager(variables);
  running.push(rtmanager);
  return rtmanager;
}

describe('an unexpected error', () => {
  it.each([
    ['thrown by a timer', "setTimeout(() => { throw new Error('boom\\n{}') })", 'boom\n{}'],
    ['in a promise that nobody waits for', "void Promise.reject(new TypeError('boom'))", 'boom'],
    ['that is no Error at all', "setTimeout(() => { throw 'boom' })", 'boom'],
  ])('%s is one line of the log, and ends the service with code 1', async (_, code, message) => {
    const rtmanager = await start({ ...(await nobodyThere()), ...onSignal(code) });
    rtmanager.signal('SIGUSR2');
    expect(await rtmanager.exited).toEqual({ code: 1, signal: null });
    const fatal = rtmanager.log.filter(({ level }) => level === 60);
    expect(fatal).toHaveLength(1);
    expect(fatal[0]).toMatchObject({ msg: 'unexpected error' });
    expect(JSON.stringify(fatal[0]?.['err'])).toContain(JSON.stringify(message).slice(1, -1));
    expect(rtmanager.log.at(-1)).toBe(fatal[0]);
    expect(
      rtmanager
        .stderr()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(fatal);
  });
});

describe('a password', () => {
  /** Everything that the service writes while the named dependencies fail, and its reasons why they fail. */
  async function toldWhile(variables: Record<string, string>, names: readonly string[]) {
    const rtmanager = await start(variables);
    const isGone = rtmanager.url === '';
    const failing = async () => (isGone ? [] : Object.entries((await rtmanager.readyz()).dependencies).filter(([, { ok }]) => !ok));
    const failsAll = async () => (await failing()).filter(([name]) => names.includes(name)).length === names.length;
    const hasComplained = () => isGone || rtmanager.log.some(({ level }) => level >= 40);
    await waitFor('it to complain', async () => hasComplained() && (await failsAll()));
    const complaints = await failing();
    const { code } = await rtmanager.end('SIGTERM');
    const whys = Object.fromEntries(complaints.map(([name, { why }]) => [name, why ?? '']));
    return { code, whys, everything: `${JSON.stringify(rtmanager.log)}\n${rtmanager.stderr()}\n${JSON.stringify(complaints)}` };
  }

  it('is not told when a server is not there', async () => {
    const { whys, everything } = await toldWhile(await nobodyThere(), ['redis', 'postgres', 'container_engine']);
    expect(whys).toMatchObject({ redis: REFUSED, postgres: REFUSED, container_engine: REFUSED });
    expect(everything).not.toContain(PASSWORD);
  });

  it('is not told when the host of a server is not known', async () => {
    const { whys, everything } = await toldWhile(
      {
        ...(await nobodyThere()),
        RTMANAGER_REDIS_URL: `redis://me:${PASSWORD}@no-such-host.invalid`,
        RTMANAGER_POSTGRES_URL: `postgres://me:${PASSWORD}@no-such-host.invalid/runtime`,
      },
      ['redis', 'postgres'],
    );
    expect(whys).toMatchObject({ redis: UNKNOWN_HOST, postgres: UNKNOWN_HOST });
    expect(everything).not.toContain(PASSWORD);
  });

  it.each([
    ['is wrong', `:${PASSWORD}@`, /WRONGPASS/],
    ['belongs to another user', `somebody:${PASSWORD}@`, /WRONGPASS/],
    ['is missing', '', /NOAUTH/],
  ])('is not told when the one for Redis %s', async (_, login, why) => {
    const server = await startRedis();
    const admin = new Redis(server.url);
    await admin.config('SET', 'requirepass', 'another');
    admin.disconnect();
    const url = server.url.replace('redis://', `redis://${login}`);
    const { whys, everything } = await toldWhile({ ...(await nobodyThere()), RTMANAGER_REDIS_URL: url }, ['redis']);
    expect(whys['redis']).toMatch(why);
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain('another');
    await server.stop();
  });

  it.each([
    ['password', `postgres:${PASSWORD}@`, '/postgres', /28P01/],
    ['user', `nobody:${PASSWORD}@`, '/postgres', /28P01|28000/],
    ['database', 'postgres:another@', `/${PASSWORD}db`, /3D000/],
  ])('is not told when the %s for PostgreSQL is wrong', async (what, login, path, why) => {
    const server = await startPostgres({ settings: { password_encryption: 'scram-sha-256' } });
    const admin = new PostgresExecutor({ url: server.url });
    const run = (text: string) => admin.query({ name: 'prepare', text, params: [] });
    await run("alter user postgres password 'another'");
    const [row = {}] = await run('show hba_file');
    await writeFile(String(row['hba_file']), 'host all all 127.0.0.1/32 scram-sha-256\n');
    await run('select pg_reload_conf()');
    await admin.close();
    const { host } = new URL(server.url);
    const variables = { ...(await nobodyThere()), RTMANAGER_POSTGRES_URL: `postgres://${login}${host}${path}` };
    const { whys, everything } = await toldWhile(variables, ['postgres']);
    expect(whys['postgres']).toMatch(why);
    expect(whys['boot']).toMatch(why);
    if (what !== 'database') expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain('another');
    await server.stop();
  });

  it.each([
    ['RTMANAGER_DOCKER_HOST', `tcp://me:${PASSWORD}@127.0.0.1:2375`],
    ['RTMANAGER_DOCKER_HOST', `ssh://me:${PASSWORD}@127.0.0.1`],
    ['RTMANAGER_REDIS_URL', `redis//:${PASSWORD}@127.0.0.1`],
    ['RTMANAGER_REDIS_URL', `redis://:${PASSWORD}@127.0.0.1:port`],
    ['RTMANAGER_REDIS_URL', `redis://me%zz:${PASSWORD}@127.0.0.1`],
    ['RTMANAGER_REDIS_URL', `redis://:${PASSWORD}@127.0.0.1/first`],
    ['RTMANAGER_POSTGRES_URL', `postgres://me:${PASSWORD}@[127.0.0.1/db`],
    ['RTMANAGER_POSTGRES_URL', `postgres://me:${PASSWORD}%@127.0.0.1/db`],
  ])('is not told when %s is no address that can be used (%s): a wrong configuration', async (name, value) => {
    const { code, everything } = await toldWhile({ ...(await nobodyThere()), [name]: value }, []);
    expect(code).toBe(78);
    expect(everything).toContain(name);
    expect(everything).not.toContain(PASSWORD);
  });
});

describe('a log that nobody reads', () => {
  async function startUnread(code = '') {
    const env = { PATH: process.env['PATH'] ?? '', RTMANAGER_HTTP_ADDR: '127.0.0.1:0', RTMANAGER_LOG_LEVEL: 'debug' };
    const child = spawn(process.execPath, [await bundledService(), 'serve'], {
      env: { ...env, ...(await nobodyThere()), ...onSignal(code) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += String(chunk)));
    await waitFor('the service to listen', () => /"url":"([^"]+)"/.test(log));
    const url = /"url":"([^"]+)"/.exec(log)?.[1] ?? '';
    const live = async () => (await fetch(`${url}/livez`, { signal: AbortSignal.timeout(60_000) })).status;
    const end = async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      return exited;
    };
    return { child, live, end };
  }

  it('does not disturb the service when its pipe is closed', async () => {
    const { child, live, end } = await startUnread();
    child.stdout.destroy();
    // Loops that cannot reach their servers continue to log that.
    for (let n = 0; n < 5; n += 1) {
      expect(await live()).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(await end()).toEqual([0, null]);
  });

  it('does not disturb the service when its pipe is full', async () => {
    const { child, live, end } = await startUnread("process.stdout.write('x'.repeat(4 * 1024 * 1024)); process.stderr.write('full')");
    child.stdout.pause();
    const filled = once(child.stderr, 'data');
    child.kill('SIGUSR2');
    await filled;
    for (let n = 0; n < 5; n += 1) {
      expect(await live()).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(await end()).toEqual([0, null]);
  });
});
