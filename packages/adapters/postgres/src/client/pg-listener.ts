/** What a listener reports. `connected`: it listens from now on; earlier notifications may have been missed. */
export interface ListenHandlers {
  readonly connected: () => void;
  readonly notified: (channel: string, payload: string) => void;
}

/** Listens to notifications of a PostgreSQL database (https://www.postgresql.org/docs/current/sql-notify.html). */
export interface PgListener {
  /**
   * Listens until the signal aborts, then returns. Ends within a few seconds when the server does not answer any more.
   * @param channels names that are valid without quotes.
   * @throws DependencyFault when the server can't be reached, or not any more. It does not reconnect by itself.
   */
  listen(channels: readonly string[], handlers: ListenHandlers, signal: AbortSignal): Promise<void>;
}
