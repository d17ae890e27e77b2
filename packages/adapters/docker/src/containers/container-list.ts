import { gameIdOf } from '@galaxy/domain';
import type { FleetInventory, ListedIncarnation } from '@galaxy/manager-ports';
import { z } from 'zod';
import { answerFault } from '../client/docker-faults.js';
import { ContainerId, stateOf } from './container-info.js';
import { readLabels } from './labels.js';

/** The part of an element of `GET /containers/json` that is used. A container that is being removed may have no names. */
const ListedContainer = z.object({
  Id: ContainerId,
  Names: z.array(z.string()).nullish(),
  State: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
});
const ContainerList = z.array(ListedContainer);

type ListedContainer = z.infer<typeof ListedContainer>;

/** An inventory without the id of its engine. */
export type ContainerInventory = Omit<FleetInventory, 'engineId'>;

/**
 * Separates our containers from foreign ones that have a game's container name. Leaves out all others.
 * @throws DependencyFault when the answer does not have the expected form, or one of ours is in a state that no known engine has.
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

// Docker puts a slash before names, Podman does not. One container may have several names.
function gameNameOf({ Names }: ListedContainer): string | null {
  const names = (Names ?? []).map((name) => name.replace(/^\//, ''));
  return names.find((name) => gameIdOf(name) !== null) ?? null;
}
