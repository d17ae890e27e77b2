import type { ImageReference } from '@galaxy/domain';
import { isGameId, parseImageReference } from '@galaxy/domain';
import type { IncarnationOwner } from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';

/** Checks a game id, which becomes part of names and paths. @throws InvalidInputError when it is malformed. */
export function checkGameId(gameId: string): void {
  if (!isGameId(gameId)) throw new InvalidInputError(`docker: ${JSON.stringify(gameId)} is not a game id`);
}

/** Checks the owner, which becomes labels of a container. @throws InvalidInputError when a part of it is malformed. */
export function checkOwner({ gameId, opId, attempt }: IncarnationOwner): void {
  checkGameId(gameId);
  if (!/^[\w.-]{1,64}$/.test(opId)) throw new InvalidInputError('docker: the operation id must be of 1 to 64 plain characters');
  if (!Number.isSafeInteger(attempt) || attempt < 0) throw new InvalidInputError('docker: the attempt must be a whole number');
}

/** Parses the image reference. @throws InvalidInputError when it is malformed. */
export function checkedImage(imageRef: string): ImageReference {
  const check = parseImageReference(imageRef);
  if (check.kind === 'malformed') throw new InvalidInputError(`docker: the image reference is malformed: ${check.reason}`);
  return check.reference;
}
