import { confirmEngine, confirmMassChange, makeReconciler, makeWakeup, type ReconcileReport } from '@galaxy/use-cases';
import { type Command, Option } from 'commander';
import type { ServicePorts } from '../compose/service.js';
import type { Config } from '../config/schema.js';
import { type Compose, type Say, withPorts } from './with-ports.js';

const CONFIRMATIONS = { 'mass-change': confirmMassChange, engine: confirmEngine } as const;

/** Adds `reconcile --dry-run` and `reconcile --confirm`. Exit code 0, or 1 when there is nothing to confirm or a server does not answer. */
export function addReconcileCommand(program: Command, compose: Compose): void {
  program
    .command('reconcile')
    .description('show where records and containers do not agree (changes nothing), or confirm a hold')
    .option('--dry-run', 'show what would be done; the default')
    .addOption(
      new Option('--confirm <hold>', 'allow the mass change that was found, or accept the current container engine').choices(
        Object.keys(CONFIRMATIONS),
      ),
    )
    .action(async ({ confirm }: { confirm?: keyof typeof CONFIRMATIONS }) => {
      await withPorts(compose, (ports, say, config) =>
        confirm === undefined ? show(ports, say, config) : confirmHold(confirm, ports, say),
      );
    });
}

async function confirmHold(hold: keyof typeof CONFIRMATIONS, ports: ServicePorts, say: Say): Promise<boolean> {
  const done = await CONFIRMATIONS[hold](ports);
  say(done ? 'confirmed; the next reconcile pass acts again' : 'there is no such hold');
  return done;
}

async function show(ports: ServicePorts, say: Say, config: Config): Promise<boolean> {
  const report = await makeReconciler({
    ...ports,
    queue: ports.reconcileQueue,
    work: makeWakeup(ports.clock),
    intervalMs: config.RTMANAGER_RECONCILE_INTERVAL,
    graceMs: config.RTMANAGER_RECONCILE_GRACE,
    maxActs: config.RTMANAGER_RECONCILE_MAX_ACTS,
    dryRun: true,
  }).report();
  for (const line of linesOf(report)) say(line);
  for (const { reason, message } of await ports.holds.list()) say(`held: ${reason}: ${message}`);
  return true;
}

function linesOf({ containers, games, drifts, foreign }: ReconcileReport): string[] {
  return [
    ...drifts.map(({ gameId, verdict, reason }) => `${gameId}: ${verdict}: ${reason}`),
    ...foreign.map(({ id, name }) => `not created by this installation, never touched: ${name} (${id})`),
    `${String(containers)} containers, ${String(games)} games, ${String(drifts.length)} to be corrected`,
  ];
}
