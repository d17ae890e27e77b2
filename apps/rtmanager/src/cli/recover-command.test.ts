import { DependencyFault } from '@galaxy/ports';
import { Command } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import type { Assembly, ServicePorts } from '../compose/service.js';
import { systemClock } from '../compose/system.js';
import { addRecoverCommand } from './recover-command.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const away = () => new DependencyFault({ dependency: 'postgres', message: 'away', retryable: true, effect: 'unknown' });

/** The ports of a held database that goes away once, amid a recovery, so that the lease is not given back. */
function portsAwayOnce(): ServicePorts {
  let isAway = true;
  let holder: string | null = null;
  const answer = <T>(value: T): Promise<T> => Promise.resolve(value);
  const ports = {
    ids: { uuid: () => crypto.randomUUID() },
    holds: { list: () => answer([{ reason: 'restored' }]), clear: () => answer(undefined) },
    leases: {
      acquire: (name: string, asker: string) => {
        holder ??= asker;
        return answer(holder === asker ? { name, holder, epoch: 1n } : null);
      },
      release: () => {
        if (isAway) {
          isAway = false;
          return Promise.reject(away());
        }
        return answer(undefined);
      },
    },
    fleet: { list: () => (isAway ? Promise.reject(away()) : answer({ incarnations: [] })) },
    recovery: { closeOperations: () => answer(2), lastNumbers: () => answer([]) },
    journal: { cursors: () => answer({ start_jobs: null, stop_jobs: null }) },
    offsets: { load: () => answer(null) },
    outbox: { pending: () => answer([]), markPublished: () => answer(undefined) },
    results: { state: () => answer({ forgottenUpTo: 0n }), held: () => answer([]), lowerTo: () => answer(0) },
    deadLetters: { state: () => answer({ forgottenUpTo: 0n }), held: () => answer([]), lowerTo: () => answer(0) },
    clock: systemClock,
  };
  return ports as unknown as ServicePorts;
}

it('goes on after a fault as the same one that it was, whose lease may not have been given back', async () => {
  for (const [name, url] of [
    ['REDIS_URL', 'redis://nowhere'],
    ['POSTGRES_URL', 'postgres://nowhere'],
    ['DOCKER_HOST', 'unix:///nowhere'],
  ] as const)
    vi.stubEnv(`RTMANAGER_${name}`, url);
  let said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const ports = portsAwayOnce();
  const program = new Command();
  addRecoverCommand(program, () => ({ open: () => Promise.resolve(ports), close: () => Promise.resolve() }) as unknown as Assembly);
  await program.parseAsync(['recover', '--skip'], { from: 'user' });
  expect(said).toContain('the hold is cleared');
  expect(process.exitCode).toBe(0);
});
