/** What every suite about a server needs beside the port: taking the server away, and the end. */
export interface ServerUnderTest {
  /** Makes the server unreachable; returns once it is. */
  cutOff(): Promise<void>;
  /** Makes it reachable again; the port must recover without help. */
  restore(): Promise<void>;
  /** Releases what the adapter and the test hold. */
  close(): Promise<void>;
}

/** One stream entry as a test looks at it. */
export interface SeenEntry {
  readonly entryId: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Opens what is tested, runs the body, and closes it whatever happens. */
export async function using<T extends { close(): Promise<void> }>(
  open: () => Promise<T>,
  body: (opened: T) => Promise<void>,
): Promise<void> {
  const opened = await open();
  try {
    await body(opened);
  } finally {
    await opened.close();
  }
}
