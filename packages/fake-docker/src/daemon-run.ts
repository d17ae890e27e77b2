/** Thrown where work must stop because the run of the daemon in which it began is over. The work is never finished. */
export class RunOver extends Error {}

/** One run of the daemon, from its start to its end. */
export class DaemonRun {
  readonly #waiting = new Set<() => void>();
  #over = false;
  #awake: Promise<void> | null = null;
  #wake = () => {};

  /** Waits for so many milliseconds. Rejects with RunOver when the run ends before. */
  for(ms: number): Promise<void> {
    return this.until(new Promise(() => {}), ms);
  }

  /**
   * Waits until a promise has resolved or rejected, but at most so many milliseconds, and then until the daemon is not frozen.
   * Rejects with RunOver when the run ends before.
   */
  async until(what: Promise<unknown>, ms?: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      if (this.#over) return resolve();
      const go = () => {
        this.#waiting.delete(go);
        resolve();
      };
      this.#waiting.add(go);
      what.then(go, go);
      if (ms !== undefined) timer = setTimeout(go, ms);
    });
    clearTimeout(timer);
    await this.untilAwake();
  }

  /** Waits until the daemon is not frozen. Rejects with RunOver when the run ends before. */
  async untilAwake(): Promise<void> {
    while (this.#awake !== null) await this.#awake;
    if (this.#over) throw new RunOver('the daemon has ended');
  }

  /** Freezes the daemon. */
  fallAsleep(): void {
    this.#awake ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Lets a frozen daemon go on. */
  wake(): void {
    this.#awake = null;
    this.#wake();
  }

  /** Ends the run. */
  end(): void {
    this.#over = true;
    this.wake();
    for (const go of [...this.#waiting]) go();
  }
}
