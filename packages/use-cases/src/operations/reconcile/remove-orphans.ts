import type { ContainerEngine, Incarnation } from '@galaxy/manager-ports';
import type { HeldClaim } from '../../claims/held-claim.js';

/**
 * Removes containers of the claimed game besides the one that counts, each by id after one more look: it must still be
 * ours and of this game. Returns how many. Safe to repeat.
 */
export async function removeOrphans(
  orphans: readonly string[],
  counts: Incarnation | null,
  { held, engine }: { readonly held: HeldClaim; readonly engine: ContainerEngine },
): Promise<number> {
  let removed = 0;
  for (const id of orphans) {
    if (id === counts?.id || !(await isOrphan(id, held.claim.gameId, engine))) continue;
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
