import type { Claim, ClaimRequest, IncarnationSpec } from '@galaxy/manager-ports';
import type { Call } from '../world/exchange.js';
import type { KnownClaim, SimulatedProcess } from '../world/simulated-process.js';
import type { World } from '../world/world.js';
import type { Containers } from './containers.js';

/** Notes the claims that a process received. */
export function noteClaims(process: SimulatedProcess, [request]: readonly unknown[], answered: unknown): void {
  const { holder } = request as ClaimRequest;
  for (const { gameId, opId, attempt } of answered as Claim[]) process.claims.set(gameId, { opId, attempt, holder });
}

/**
 * Checks that no process begins to change a container after it lost its claim, and that no process changes a foreign container.
 * A create says which claim it belongs to. For other calls, it is the last claim of the game that the process received.
 */
export function assertFenced(
  world: World,
  containers: Containers,
  { process, name, args: [target] }: Pick<Call, 'process' | 'name' | 'args'>,
): void {
  if (isForeign(world, target)) world.violate(`${name} of a foreign container`);
  const spec = typeof target === 'string' ? null : (target as IncarnationSpec);
  const game = spec?.gameId ?? containers.get(String(target))?.game;
  if (game === undefined) return;
  const known = process.claims.get(game);
  const problem = known === undefined ? 'never claimed' : lossOf(world, { ...known, ...claimOf(spec) });
  if (problem !== null) world.violate(`${process.name} calls ${name} for ${game}, whose operation it has ${problem}`);
}

const isForeign = ({ engine }: World, target: unknown): boolean => engine.inventory.foreign.some(({ id }) => id === target);
const claimOf = (spec: IncarnationSpec | null) => (spec === null ? {} : { opId: spec.opId, attempt: spec.attempt });

function lossOf({ database }: World, { opId, attempt, holder }: KnownClaim): string | null {
  const operation = database.operations.find((one) => one.opId === opId);
  if (operation?.status !== 'running') return 'ended';
  if (operation.attempt !== attempt) return `lost to attempt ${operation.attempt}`;
  return operation.holder === holder ? null : 'released';
}
