import { ApiRefusal } from '../api/api-refusal.js';
import type { Filters } from '../api/filters.js';
import { labelMatches, nameMatches, readFilters } from '../api/filters.js';
import type { FakeContainer } from './fake-container.js';
import { networkModeOf, statusOf } from './fake-container.js';

const FILTERS = ['ancestor', 'exited', 'id', 'label', 'name', 'network', 'status'];
const STATUSES = ['paused', 'restarting', 'removing', 'running', 'dead', 'created', 'exited'];

/** The containers that a list call asks for, the youngest first. @throws ApiRefusal for an unknown filter or status. */
export function chosenContainers(containers: readonly FakeContainer[], query: URLSearchParams): readonly FakeContainer[] {
  const filters = readFilters(query, FILTERS);
  const limit = numberOf(query.get('limit'));
  for (const status of filters.get('status') ?? [])
    if (!STATUSES.includes(status)) throw new ApiRefusal(400, `Invalid filter 'status=${status}'`);
  const all = ['1', 'true', 'True'].includes(query.get('all') ?? '');
  const withEnded = all || limit > 0 || filters.has('status') || filters.has('exited');
  const chosen = containers.filter((container) => (withEnded || container.process !== null) && fits(container, filters));
  return chosen.toReversed().slice(0, limit > 0 ? limit : undefined);
}

// A container must match one value of each filter, but all labels.
const TESTS: Readonly<Record<string, (container: FakeContainer, value: string) => boolean>> = {
  status: (container, value) => value === statusOf(container),
  id: ({ id }, value) => id.startsWith(value),
  name: ({ name }, value) => nameMatches(name, value) || nameMatches(`/${name}`, value),
  network: (container, value) => value === networkModeOf(container),
  ancestor: ({ image }, value) => value === image.ref || value === image.id,
  exited: ({ startedAt, process, exitCode }, value) => startedAt !== null && process === null && String(exitCode) === value,
};

function fits(container: FakeContainer, filters: Filters): boolean {
  const labels = filters.get('label') ?? [];
  if (!labels.every((label) => labelMatches(container.labels, label))) return false;
  return Object.entries(TESTS).every(([key, test]) => filters.get(key)?.some((value) => test(container, value)) ?? true);
}

function numberOf(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^-?\d+$/.test(text)) throw new ApiRefusal(500, `strconv.Atoi: parsing "${text}": invalid syntax`);
  return Number(text);
}
