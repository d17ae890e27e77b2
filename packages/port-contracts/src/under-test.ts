import { DependencyFault } from '@galaxy/ports';
import { expect, vi } from 'vitest';

/** How a test takes a server away from the adapter and gives it back. */
export interface Outage {
  /** Makes the server unreachable; returns once it is. */
  cutOff(): Promise<void>;
  /** Makes it reachable again; the adapter must recover without help. */
  restore(): Promise<void>;
}

/** What every suite needs beside the port: the end. */
export interface Closable {
  /** Releases what the adapter and the test hold. */
  close(): Promise<void>;
}

/** A server that a suite can always take away. */
export interface ServerUnderTest extends Outage, Closable {}

/** What a suite cannot show of an adapter, each with the reason. The tests of it count as skipped. */
export interface OutageLimits {
  /** Why nothing can be cut off, for example that the store is in the same process. */
  readonly cutOff?: string;
}

/** One stream entry as a test looks at it. */
export interface SeenEntry {
  readonly entryId: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Opens what is tested, runs the body, and closes it whatever happens. */
export async function using<T extends Closable>(open: () => Promise<T>, body: (opened: T) => Promise<void>): Promise<void> {
  const opened = await open();
  try {
    await body(opened);
  } finally {
    await opened.close();
  }
}

/**
 * Cuts the server off, expects every call to throw DependencyFault, gives the server back, and returns once `recovered` no longer
 * throws.
 */
export async function throughOutage(
  { cutOff, restore }: Partial<Outage>,
  calls: readonly (() => Promise<unknown>)[],
  recovered: () => Promise<unknown>,
): Promise<void> {
  if (cutOff === undefined || restore === undefined)
    throw new Error('open() must give cutOff and restore, or the limit `cutOff` must say why it cannot');
  await cutOff();
  for (const call of calls) await expect(call()).rejects.toThrow(DependencyFault);
  await restore();
  await vi.waitFor(recovered, { timeout: 8000 });
}
