import type { DeadLetterState } from '@galaxy/manager-ports';
import { discardDeadLetter, type ResolveOutcome, requeueDeadLetter } from '@galaxy/use-cases';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { composeDeadLetters, composeRequeue, DEAD_LETTER_NEEDS } from '../compose/dead-letters.js';
import { deadLetterJson, deadLetterTable } from './dead-letter-table.js';
import { complain, type Say, withSomePorts } from './with-ports.js';

const STATES = ['open', 'requeued', 'discarded'] as const satisfies readonly DeadLetterState[];

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
    .description('do the job of an entry once more, as an operation of an administrator; no result is published for it; safe to repeat')
    .argument('<id>', 'the id that `list` shows', letterId)
    .action(requeue);
  letters
    .command('discard')
    .description('record that an entry is not wanted any more; safe to repeat')
    .argument('<id>', 'the id that `list` shows', letterId)
    .action(discard);
}

/** The options of `list`. */
interface ListOptions {
  readonly state: DeadLetterState;
  readonly after?: bigint;
  readonly limit: number;
  readonly json?: true;
}

async function list({ json, ...query }: ListOptions): Promise<void> {
  await withSomePorts(DEAD_LETTER_NEEDS, composeDeadLetters, async ({ box }, say) => {
    const found = await box.list(query);
    say(json === true ? deadLetterJson(found) : deadLetterTable(found));
    const last = found.at(-1);
    // On standard error, so that standard output contains only the list.
    if (last !== undefined && found.length === query.limit) process.stderr.write(`there may be more: --after ${String(last.id)}\n`);
    return true;
  });
}

function requeue(id: bigint): Promise<void> {
  return withSomePorts(DEAD_LETTER_NEEDS, composeRequeue, async (ports, say) =>
    tell(id, 'requeued', await requeueDeadLetter(id, ports), say),
  );
}

function discard(id: bigint): Promise<void> {
  return withSomePorts(DEAD_LETTER_NEEDS, composeDeadLetters, async (ports, say) =>
    tell(id, 'discarded', await discardDeadLetter(id, ports), say),
  );
}

/** Says how it ended; whether as it was asked. */
function tell(id: bigint, wanted: 'requeued' | 'discarded', outcome: ResolveOutcome, say: Say): boolean {
  switch (outcome.kind) {
    case 'done':
      say(`dead letter ${String(id)} is ${wanted}${outcome.opId === null ? '' : ` as operation ${outcome.opId}`}`);
      return true;
    case 'unknown':
      complain(`there is no dead letter ${String(id)}`);
      return false;
    case 'decided_otherwise':
      complain(`dead letter ${String(id)} is ${outcome.state} already`);
      return false;
    case 'on_hold':
      complain(`dead letter ${String(id)} stays open: the database is held as restored; run \`rtmanager recover\` first`);
      return false;
  }
}

function letterId(text: string): bigint {
  // 18 digits always fit into a PostgreSQL bigint.
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('It must be a number: an id that `list` shows.');
  return BigInt(text);
}

function pageLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 1000) throw new InvalidArgumentError('It must be from 1 to 1000.');
  return limit;
}
