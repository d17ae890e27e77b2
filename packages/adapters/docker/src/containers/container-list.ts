import { gameIdOf } from '@galaxy/domain';
import type { FleetInventory, ListedIncarnation } from '@galaxy/manager-ports';
import { z } from 'zod';
import { answerFault } from '../client/docker-faults.js';
import { ContainerId, stateOf } from './container-info.js';
import { readLabels } from './labels.js';

/** The part of an element of `GET /containers/json` that is used. One on its way out may have lost its names. */
const ListedContainer = z.object({
  Id: ContainerId,
  Names: z.array(z.string()).nullish(),
  State: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
});
const ContainerList = z.array(ListedContainer);

type ListedContainer = z.infer<typeof ListedContainer>;

/** The containers of an inventory, without the engine that they are on. */
export type ContainerInventory = Omit<FleetInventory, 'engineId'>;

/**
 * Tells ours from those that only bear a game's name; all others are left out.
 * @throws DependencyFault when the answer is not of the expected shape, or one of ours is in a state that no known engine has.
 */
export function inventoryOf(operation: string, answer: unknown, instance: string): ContainerInventory {
  const list = ContainerList.safeParse(answer);
  if (!list.success) throw answerFault(operation, list.error);
  const incarnations: ListedIncarnation[] = [];
  const foreign: { id: string; name: string }[] = [];
  for (const container of list.data) {
    const labels = readLabels(instance, container.Labels ?? {});
    const name = gameNameOf(container);
    if (labels !== null) incarnations.push({ id: container.Id, ...labels, state: stateOf(container.State) });
    else if (name !== null) foreign.push({ id: container.Id, name });
  }
  return { incarnations, foreign };
}

// Docker puts a slash before names, Podman does not; one container may bear several.
function gameNameOf({ Names }: ListedContainer): string | null {
  const names = (Names ?? []).map((name) => name.replace(/^\//, ''));
  return names.find((name) => gameIdOf(name) !== null) ?? null;
}
