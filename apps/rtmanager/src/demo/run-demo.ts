import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { EXIT } from '../cli/exit-codes.js';
import { composeDev } from '../compose/compose.js';
import { systemClock } from '../compose/system.js';
import { readConfig } from '../config/read-config.js';
import type { Config } from '../config/schema.js';
import { type Service, startService } from '../service.js';
import { redisLobby } from './lobby-side.js';
import { playLobby } from './scripted-lobby.js';
import { tableHead, tableRow } from './table.js';

/** The options of `npm run demo`. */
export interface DemoOptions {
  /** Leave everything running after the script. */
  readonly keep: boolean;
  readonly image: string;
}

// The demo runs on the host, where other programs run, too.
const DEFAULTS = { RTMANAGER_HTTP_ADDR: '127.0.0.1:0', RTMANAGER_ENGINE_ADDRESSING: 'container-ip', RTMANAGER_LOG_LEVEL: 'error' };

/** Starts the service as `rtmanager dev` does, plays Lobby, and exits with 0 when every job succeeded. */
export async function runDemo({ keep, image }: DemoOptions): Promise<void> {
  const check = readConfig(DEFAULTS);
  if (check.kind === 'invalid') {
    console.error(check.problems.join('\n'));
    process.exit(EXIT.config);
  }
  const log = pino({ level: check.config.RTMANAGER_LOG_LEVEL, base: null });
  const assembly = composeDev(check.config, log);
  console.log(`rtmanager dev: ${describeServers(check.config)}`);
  const service = await startService(check.config, assembly, log);
  await untilReady(service);
  const ended = new AbortController();
  const lobby = assembly.lobby?.(ended.signal) ?? redisLobby(check.config.RTMANAGER_REDIS_URL ?? '', check.config, ended.signal);
  const failed = await play(lobby, image);
  if (keep && !failed) {
    keepRunning(service);
    return;
  }
  ended.abort();
  await service.stop();
  process.exit(failed ? EXIT.failed : EXIT.done);
}

async function untilReady(service: Service): Promise<void> {
  const startedAt = performance.now();
  let said = '';
  for (let now = await service.readiness(); now.status !== 'ready'; now = await service.readiness()) {
    const away = Object.entries(now.dependencies).flatMap(([name, { ok, why }]) =>
      ok || name === 'boot' ? [] : [`${name}: ${why ?? ''}`],
    );
    if (away.length > 0 && away.join() !== said) console.log(`waiting for ${away.join(', ')}`);
    said = away.join();
    await systemClock.sleep(100);
  }
  console.log(`ready after ${String(Math.round(performance.now() - startedAt))} ms`);
}

async function play(lobby: Parameters<typeof playLobby>[0], imageRef: string): Promise<boolean> {
  const run = randomBytes(2).toString('hex');
  console.log(`\n${tableHead()}`);
  try {
    const games = [`alpha-${run}`, `bravo-${run}`, `charlie-${run}`] as const;
    await playLobby(lobby, { games, imageRef, monotonicMs: () => performance.now(), show: (row) => console.log(tableRow(row)) });
    console.log('\nThree games started, two of them stopped; every job has exactly one result.');
    return false;
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return true;
  }
}

function describeServers(config: Config): string {
  const parts = [
    config.RTMANAGER_REDIS_URL === undefined ? 'streams in memory' : 'Redis',
    config.RTMANAGER_POSTGRES_URL === undefined ? 'PostgreSQL in this process' : 'PostgreSQL',
    config.RTMANAGER_DOCKER_HOST === undefined ? 'engines as local processes' : 'a container engine',
  ];
  return parts.join(', ');
}

function keepRunning(service: Service): void {
  console.log(`\nStill running: ${service.url}/readyz   (Ctrl-C ends it)`);
  const end = (): void => void service.stop().then(() => process.exit(EXIT.done));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
