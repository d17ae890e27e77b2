import { parseImageReference } from '@galaxy/domain';
import { InvalidInputError } from '@galaxy/ports';

const PLACEHOLDER = '{engine_version}';
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * The image of a game: the template (`LOBBY_ENGINE_IMAGE_TEMPLATE`) with every `{engine_version}` replaced by the game's
 * target version.
 * @throws InvalidInputError when the template has no `{engine_version}`, the version is no valid image tag, or the outcome
 *   is no image reference.
 */
export function resolveImageRef(template: string, version: string): string {
  if (!template.includes(PLACEHOLDER)) throw new InvalidInputError(`engine image template: ${PLACEHOLDER} is missing`);
  if (!TAG.test(version)) throw new InvalidInputError(`engine version ${JSON.stringify(version)} is no valid image tag`);
  const imageRef = template.split(PLACEHOLDER).join(version);
  const check = parseImageReference(imageRef);
  if (check.kind === 'malformed') throw new InvalidInputError(`engine image ${JSON.stringify(imageRef)}: ${check.reason}`);
  return imageRef;
}
