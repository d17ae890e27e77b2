import { PostgresDeadLetterBox, PostgresExecutor } from '@galaxy/adapter-postgres';
import { RedisConnection, RedisEntryRequeue } from '@galaxy/adapter-redis';
import type { DeadLetterBox, DeadLetterState } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { discardDeadLetter, type ResolveOutcome, requeueDeadLetter } from '@galaxy/use-cases';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../compose/system.js';
import { deadLetterJson, deadLetterTable } from './dead-letter-table.js';
import { EXIT } from './exit-codes.js';
import { loadConfig } from './load-config.js';

const STATES = ['open', 'requeued', 'discarded'] as const satisfies readonly DeadLetterState[];
const CONNECT_WITHIN_MS = 5000;
const RETRY_MS = 50;

/**
 * Adds `dead-letters list | requeue | discard`. Exit code 0, or 1 when there is no such dead letter, when another decision was
 * recorded for it, or when a server does not answer; then standard error says why.
 */
export function addDeadLetterCommands(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('show and resolve dead letters: entries that could not be decoded, and exhausted jobs; needs PostgreSQL');
  letters
    .command('list')
    .description('show dead letters, oldest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(STATES).default('open'))
    .option('--after <id>', 'only those with a higher id', letterId)
    .option('--limit <count>', 'at most this many, 1 to 1000', pageLimit, 100)
    .option('--json', 'print a JSON array')
    .action(list);
  letters
    .command('requeue')
    .description('put an entry back into its stream, as a new entry; needs Redis; safe to repeat')
    .argument('<id>', 'the id that `list` shows', letterId)
    .action((id: bigint) => resolve(id, 'requeued'));
  letters
    .command('discard')
    .description('record that an entry is not wanted any more; safe to repeat')
    .argument('<id>', 'the id that `list` shows', letterId)
    .action((id: bigint) => resolve(id, 'discarded'));
}

/** The options of `list`. */
interface ListOptions {
  readonly state: DeadLetterState;
  readonly after?: bigint;
  readonly limit: number;
  readonly json?: true;
}

async function list({ json, ...query }: ListOptions): Promise<void> {
  await withBox(async (box) => {
    const found = await box.list(query);
    process.stdout.write(`${json === true ? deadLetterJson(found) : deadLetterTable(found)}\n`);
    const last = found.at(-1);
    // On standard error, so that standard output contains only the list.
    if (last !== undefined && found.length === query.limit) process.stderr.write(`there may be more: --after ${String(last.id)}\n`);
  });
}

async function resolve(id: bigint, wanted: 'requeued' | 'discarded'): Promise<void> {
  await withBox(async (box) => {
    const outcome = wanted === 'discarded' ? await discardDeadLetter(id, { box }) : await requeue(id, box);
    if (outcome.kind === 'unknown') fail(`there is no dead letter ${String(id)}`);
    else if (outcome.kind === 'decided_otherwise') fail(decidedOtherwise(id, outcome));
    else process.stdout.write(`dead letter ${String(id)} is ${wanted}${outcome.entryId === null ? '' : ` as entry ${outcome.entryId}`}\n`);
  });
}

function decidedOtherwise(id: bigint, { state, entryId }: Extract<ResolveOutcome, { kind: 'decided_otherwise' }>): string {
  const meanwhile = entryId === null ? '' : `; but this command has put it back as entry ${entryId}`;
  return `dead letter ${String(id)} is ${state} already${meanwhile}`;
}

async function requeue(id: bigint, box: DeadLetterBox): Promise<ResolveOutcome> {
  const { config } = loadConfig(['RTMANAGER_REDIS_URL']);
  const commands = new RedisConnection({ server: config.RTMANAGER_REDIS_URL ?? '', role: 'commands' });
  try {
    await untilConnected(commands);
    return await requeueDeadLetter(id, { box, requeue: new RedisEntryRequeue({ commands }) });
  } finally {
    commands.close();
  }
}

// Calls fail at once while there is no connection, and connecting takes a moment.
async function untilConnected(commands: RedisConnection): Promise<void> {
  const end = systemClock.monotonicMs() + CONNECT_WITHIN_MS;
  for (;;) {
    try {
      await commands.ping();
      return;
    } catch (error) {
      const isRetryable = error instanceof DependencyFault && error.retryable;
      if (!isRetryable || systemClock.monotonicMs() >= end) throw error;
      await systemClock.sleep(RETRY_MS);
    }
  }
}

async function withBox(use: (box: DeadLetterBox) => Promise<void>): Promise<void> {
  const { config } = loadConfig(['RTMANAGER_POSTGRES_URL']);
  const executor = new PostgresExecutor({ url: config.RTMANAGER_POSTGRES_URL ?? '' });
  try {
    await use(new PostgresDeadLetterBox(executor));
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  } finally {
    await executor.close();
  }
}

function fail(why: string): void {
  process.stderr.write(`rtmanager: ${why}\n`);
  process.exitCode = EXIT.failed;
}

function letterId(text: string): bigint {
  // 18 digits always fit into a PostgreSQL bigint.
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('It must be a number: the id that `list` shows.');
  return BigInt(text);
}

function pageLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 1000) throw new InvalidArgumentError('It must be from 1 to 1000.');
  return limit;
}
