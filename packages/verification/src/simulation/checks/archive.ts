import type { MemoryDatabase } from '@galaxy/adapter-memory';

/** An operation, as the database holds it. */
export type Operation = MemoryDatabase['operations'][number];

/** Everything that the database ever held. What it deletes stays here, for the checks. */
export interface Archive {
  /** In the order in which they were queued. */
  readonly operations: readonly Operation[];
  readonly messages: MemoryDatabase['outbox'];
  /** Of every entry that was queued or became a dead letter. */
  readonly entryKeys: ReadonlySet<string>;
}

/**
 * Keeps everything that a database gets. Checks that no entry is queued twice, however often it is read, and that a request has one
 * operation for as long as the log keeps it.
 */
export function keepAll({ operations, outbox, ingested }: MemoryDatabase, violate: (text: string) => void): Archive {
  const archive = { operations: [] as Operation[], messages: [] as MemoryDatabase['outbox'], entryKeys: new Set<string>() };
  const queued = new Set<string>();
  onPush(operations, (one) => {
    const { entry, isRequest, source, sourceRef, opId } = one;
    const name = entry === null ? '' : `${entry.stream} ${entry.entryId}`;
    if (queued.has(name)) violate(`${name} is queued twice`);
    if (entry !== null) queued.add(name);
    const isKnown = isRequest && operations.some((other) => other.isRequest && other.source === source && other.sourceRef === sourceRef);
    if (isKnown) violate(`${source} ${sourceRef} has a second operation: ${opId}`);
    archive.operations.push(one);
  });
  onPush(outbox, (message) => {
    archive.messages.push(message);
    archive.entryKeys.add(message.dedupeKey);
  });
  const add = ingested.add.bind(ingested);
  ingested.add = (key) => {
    archive.entryKeys.add(key);
    return add(key);
  };
  return archive;
}

// Not enumerable, so that a copy of the list has nothing of it.
function onPush<T>(list: T[], pushed: (one: T) => void): void {
  const push = list.push.bind(list);
  const value = (...all: T[]): number => {
    for (const one of all) pushed(one);
    return push(...all);
  };
  Object.defineProperty(list, 'push', { value });
}
