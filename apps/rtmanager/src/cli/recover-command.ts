import { type RecoverMode, type RecoverOutcome, recover } from '@galaxy/use-cases';
import type { Command } from 'commander';
import { systemIds } from '../compose/system.js';
import { EXIT } from './exit-codes.js';
import { type Compose, withPorts } from './with-ports.js';

/** Adds `recover --replay | --skip`. It ends with 0, or with 1 when there is nothing to recover from or a server does not answer. */
export function addRecoverCommand(program: Command, compose: Compose): void {
  program
    .command('recover')
    .description('end the hold on a database that was restored to an earlier state; safe to repeat')
    .option('--replay', 'carry out and answer again what was asked for since the backup')
    .option('--skip', 'take what was asked for since the backup for answered')
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
  // One for all tries: the lease of a try whose answer was lost is the next one's, too.
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
      return ['nothing to recover from: the database is not held as restored'];
    case 'busy':
      return ['another recovery is under way, or was interrupted less than half a minute ago'];
    case 'recovered':
      return [
        `running games written into their records: ${outcome.adopted.join(', ') || 'none'}`,
        `operations that were open at the backup, closed: ${String(outcome.closed)}`,
        `streams moved on to where they had been taken in: ${outcome.skipped.join(', ') || 'none'}`,
        `lanes numbered anew: ${String(outcome.renumbered)}`,
        'the hold is lifted',
      ];
  }
}
