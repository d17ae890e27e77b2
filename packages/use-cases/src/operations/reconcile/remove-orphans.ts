import type { ContainerEngine, Incarnation } from '@galaxy/manager-ports';
import type { HeldClaim } from '../../claims/held-claim.js';

/**
 * Removes orphans of the claimed game, each by its id. Each is inspected once more before: it must still be ours and belong to
 * this game, and must not be the current container. Returns how many were removed. Safe to repeat.
 */
export async function removeOrphans(
  orphans: readonly string[],
  current: Incarnation | null,
  { held, engine }: { readonly held: HeldClaim; readonly engine: ContainerEngine },
): Promise<number> {
  let removed = 0;
  for (const id of orphans) {
    if (id === current?.id || !(await isOrphan(id, held.claim.gameId, engine))) continue;
    await held.renewNow();
    await engine.remove(id);
    removed += 1;
  }
  return removed;
}

async function isOrphan(id: string, gameId: string, engine: ContainerEngine): Promise<boolean> {
  const inspection = await engine.inspect(id);
  return inspection.kind === 'ours' && inspection.incarnation.owner.gameId === gameId && inspection.incarnation.state !== 'removing';
}
