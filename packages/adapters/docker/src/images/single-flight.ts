interface Work<T> {
  readonly result: Promise<T>;
  readonly abandon: AbortController;
  waiters: number;
}

/**
 * Runs work once for all callers that request it at the same time. Each caller waits with its own signal. The work is aborted when no
 * caller waits for it any more.
 */
export class SingleFlight<T> {
  readonly #underWay = new Map<string, Work<T>>();

  /**
   * Waits for the work with this key; starts it if it does not run. Returns `aborted` as soon as the caller's signal fires. Throws what
   * the work throws.
   */
  async join(key: string, signal: AbortSignal, start: (abandoned: AbortSignal) => Promise<T>): Promise<T | 'aborted'> {
    if (signal.aborted) return 'aborted';
    const work = this.#underWay.get(key) ?? this.#launch(key, start);
    work.waiters += 1;
    let stopWaiting = () => {};
    const aborted = new Promise<'aborted'>((resolve) => {
      stopWaiting = () => resolve('aborted');
      signal.addEventListener('abort', stopWaiting);
    });
    try {
      return await Promise.race([aborted, work.result]);
    } finally {
      signal.removeEventListener('abort', stopWaiting);
      this.#leave(key, work);
    }
  }

  #launch(key: string, start: (abandoned: AbortSignal) => Promise<T>): Work<T> {
    const abandon = new AbortController();
    const work = { result: start(abandon.signal), abandon, waiters: 0 };
    // Every caller that still waits gets the error. The catch is for the case that none does.
    work.result.catch(() => {}).finally(() => this.#forget(key, work));
    this.#underWay.set(key, work);
    return work;
  }

  #leave(key: string, work: Work<T>): void {
    work.waiters -= 1;
    if (work.waiters > 0) return;
    // Removed at once, so that the next caller starts new work instead of joining work that is being aborted.
    this.#forget(key, work);
    work.abandon.abort();
  }

  #forget(key: string, work: Work<T>): void {
    if (this.#underWay.get(key) === work) this.#underWay.delete(key);
  }
}
