import { isGameId } from '@galaxy/domain';
import type { IncarnationOwner, IncarnationSpec } from '@galaxy/manager-ports';

/** The labels of our containers. They are written at creation and cannot be changed afterwards. */
export function labelsOf(instance: string, spec: IncarnationSpec): Record<string, string> {
  return {
    'galaxy.managed': 'true',
    'galaxy.instance': instance,
    'galaxy.game_id': spec.gameId,
    'galaxy.op_id': spec.opId,
    'galaxy.attempt': String(spec.attempt),
    'galaxy.image_ref': spec.imageRef,
  };
}

/** What the labels of one of our containers contain. */
export interface OwnLabels {
  readonly owner: IncarnationOwner;
  readonly imageRef: string;
}

/** Reads the labels; null when the container was not created by this installation, or when its labels are incomplete. */
export function readLabels(instance: string, labels: Readonly<Record<string, string>>): OwnLabels | null {
  if (labels['galaxy.managed'] !== 'true' || labels['galaxy.instance'] !== instance) return null;
  const gameId = labels['galaxy.game_id'] ?? '';
  const opId = labels['galaxy.op_id'] ?? '';
  const attempt = labels['galaxy.attempt'] ?? '';
  if (!isGameId(gameId) || opId === '' || !/^\d{1,15}$/.test(attempt)) return null;
  return { owner: { gameId, opId, attempt: Number(attempt) }, imageRef: labels['galaxy.image_ref'] ?? '' };
}
