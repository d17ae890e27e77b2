import { type ClaimKey, HeldRowFault } from '@galaxy/manager-ports';
import type { World } from '../world/world.js';

/** Lets somebody else hold rows of games: what would write to them is refused, and everything else goes on. */
export function refuseHeldRows({ ports: { journal }, database, heldRows, coverage }: World): void {
  const isHeld = ({ opId }: ClaimKey): boolean => heldRows.has(database.operations.find((one) => one.opId === opId)?.gameId ?? '');
  const refused = <A extends [ClaimKey, ...unknown[]], R>(name: string, call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (!isHeld(args[0])) return call(...args);
      coverage.hit('rows of a game held');
      throw new HeldRowFault(name);
    };
  };
  journal.advance = refused('advance', journal.advance.bind(journal));
  journal.finish = refused('finish', journal.finish.bind(journal));
  journal.releaseClaim = refused('release a claim', journal.releaseClaim.bind(journal));
  const [renew, claim] = [journal.renew.bind(journal), journal.claim.bind(journal)];
  journal.renew = async (claims, ttlMs) => {
    const free = await renew(
      claims.filter((one) => !isHeld(one)),
      ttlMs,
    );
    return claims.map((one) => free.find(({ opId }) => opId === one.opId) ?? { ...one, state: 'unknown' });
  };
  journal.claim = (request) => {
    const held = database.operations.filter(({ gameId, status }) => status === 'running' && heldRows.has(gameId));
    return claim({ ...request, inFlight: [...request.inFlight, ...held.map(({ opId }) => opId)] });
  };
}
