import type { ContainerEngine, Incarnation } from '@galaxy/ports';
import type { HeldClaim } from '../../claims/held-claim.js';

/**
 * Removes containers of the claimed game besides the one that counts, each by id after one more look: it must still be
 * ours and of this game. Returns how many. Safe to repeat.
 */
export async function removeStrays(
  strays: readonly string[],
  counts: Incarnation | null,
  { held, engine }: { readonly held: HeldClaim; readonly engine: ContainerEngine },
): Promise<number> {
  let removed = 0;
  for (const id of strays) {
    if (id === counts?.id || !(await isStray(id, held.claim.gameId, engine))) continue;
    await held.renewNow();
    await engine.remove(id);
    removed += 1;
  }
  return removed;
}

async function isStray(id: string, gameId: string, engine: ContainerEngine): Promise<boolean> {
  const sighting = await engine.inspect(id);
  return sighting.kind === 'ours' && sighting.incarnation.owner.gameId === gameId && sighting.incarnation.state !== 'removing';
}
