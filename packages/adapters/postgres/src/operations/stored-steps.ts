import { OPERATION_TRAITS, type PreviousRuntime, RUNTIME_STATUSES } from '@galaxy/domain';
import { knownOperation, type OperationProgress, type StartProgress } from '@galaxy/manager-ports';

/** A recorded step as it is stored. `previous` and `containerId`: columns of starts from before there was `data`. */
export interface StoredStep {
  readonly step: string;
  /** What belongs to the step; null when a build from before this column recorded it. */
  readonly data: unknown;
  readonly previous: unknown;
  readonly containerId: string | null;
}

/** A step to store: its place among the steps of its operation counts from 1. */
export interface StepToStore extends StoredStep {
  readonly number: number;
  readonly version: number;
}

/** The form in which the step of this attempt is stored. */
export function storeProgress({ op, step, previous, containerId }: OperationProgress, attempt: number): StepToStore {
  // Field by field: the stored JSON is compared as text, so the order of the fields must always be the same.
  const kept = previous === null ? null : { status: previous.status, containerId: previous.containerId, imageRef: previous.imageRef };
  const number = OPERATION_TRAITS[op].steps.indexOf(step) + 1;
  const data = { attempt, previous: kept, containerId };
  return { step, number, version: knownOperation(op).stepVersion, data, previous: kept, containerId };
}

/** The inverse of {@link storeProgress}; null when the step is none that this build can read. `attempt`: the one that recorded it. */
export function loadProgress(op: string, stored: StoredStep, attempt: number | null): OperationProgress | null {
  return op === 'start' ? loadStart(stored, attempt) : null;
}

// A replica of the version before writes no data. What an earlier attempt wrote there does not belong to its step.
function loadStart({ step, data, previous, containerId }: StoredStep, attempt: number | null): StartProgress | null {
  const known = OPERATION_TRAITS.start.steps.find((one) => one === step);
  const own = isFields(data) && data['attempt'] === attempt ? data : { previous, containerId };
  const before = loadPrevious(own['previous']);
  if (known === undefined || before === undefined || !isTextOrNull(own['containerId'])) return null;
  return { op: 'start', step: known, previous: before, containerId: own['containerId'] };
}

function loadPrevious(stored: unknown): PreviousRuntime | null | undefined {
  if (stored === null) return null;
  if (!isFields(stored)) return undefined;
  const status = RUNTIME_STATUSES.find((one) => one === stored['status']);
  const { containerId, imageRef } = stored;
  if (status === undefined || !isTextOrNull(containerId) || typeof imageRef !== 'string') return undefined;
  return { status, containerId, imageRef };
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';
