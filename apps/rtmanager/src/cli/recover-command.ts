import { type RecoverMode, type RecoverOutcome, recover } from '@galaxy/use-cases';
import type { Command } from 'commander';
import { systemIds } from '../compose/system.js';
import { EXIT } from './exit-codes.js';
import { type Compose, withPorts } from './with-ports.js';

/** Adds `recover --replay | --skip`. Exit code 0, or 1 when there is nothing to recover from or a server does not answer. */
export function addRecoverCommand(program: Command, compose: Compose): void {
  program
    .command('recover')
    .description('end the hold on a database that was restored from a backup; safe to repeat')
    .option('--replay', 'carry out and answer the jobs since the backup again')
    .option('--skip', 'do not read the jobs since the backup again, and close the operations that were open then')
    .action(async ({ replay, skip }: { replay?: true; skip?: true }) => {
      if ((replay === true) === (skip === true)) return refuse();
      await run(replay === true ? 'replay' : 'skip', compose);
    });
}

function refuse(): void {
  process.stderr.write('rtmanager: give either --replay or --skip\n');
  process.exitCode = EXIT.failed;
}

async function run(mode: RecoverMode, compose: Compose): Promise<void> {
  // The same holder for all tries: if the answer of a try was lost, the next try still holds its lease.
  const holder = systemIds.uuid();
  await withPorts(compose, async (ports, say) => {
    const outcome = await recover(mode, { ...ports, holder });
    for (const line of linesOf(outcome)) say(line);
    return outcome.kind === 'recovered';
  });
}

function linesOf(outcome: RecoverOutcome): string[] {
  switch (outcome.kind) {
    case 'nothing_held':
      return ['nothing to recover from: there is no hold `restored`'];
    case 'busy':
      return ['another recovery is running, or was interrupted less than 30 s ago'];
    case 'recovered':
      return [
        `games whose running container was written into their record: ${outcome.adopted.join(', ') || 'none'}`,
        `open operations closed: ${String(outcome.closed)}`,
        `streams whose cursor was moved behind the ingested entries: ${outcome.skipped.join(', ') || 'none'}`,
        `lanes whose numbers were corrected: ${String(outcome.renumbered)}`,
        'the hold is cleared',
      ];
  }
}
