import { Command } from 'commander';
import { composeDev, composeServe, SERVE_NEEDS } from '../compose/compose.js';
import { addDeadLetterCommands } from './dead-letters-command.js';
import { addReconcileCommand } from './reconcile-command.js';
import { addRecoverCommand } from './recover-command.js';
import { runMigrate } from './run-migrate.js';
import { runService } from './run-service.js';
import type { Compose } from './with-ports.js';

/** The command line: `rtmanager serve | dev | migrate | dead-letters | reconcile | recover`. Exit codes: 0 done, 1 failed, 78 invalid configuration. */
export function makeCommands(compose: Compose = composeServe): Command {
  const program = new Command('rtmanager').description('Runtime manager for containerised game engines.').showHelpAfterError();
  program
    .command('serve')
    .description('carry out runtime jobs; needs Redis, PostgreSQL and a container engine')
    .action(() => runService(SERVE_NEEDS, compose));
  program
    .command('dev')
    .description(
      'the same, but embeds everything that is not configured: streams in memory, PostgreSQL in this process, engines as processes',
    )
    .action(() => runService([], composeDev));
  program
    .command('migrate')
    .description('bring the PostgreSQL schema up to date and exit; safe to repeat, also at the same time')
    .action(runMigrate);
  addDeadLetterCommands(program);
  addReconcileCommand(program, compose);
  addRecoverCommand(program, compose);
  return program;
}
