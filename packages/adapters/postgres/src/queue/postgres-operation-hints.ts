import type { OperationHint, OperationHints } from '@galaxy/manager-ports';
import type { PgListener } from '../client/pg-listener.js';

/** The channel on which ENQUEUE tells that something was requested, without a payload. */
export const QUEUED_CHANNEL = 'runtime_operation_queued';

/** The channel on which a trigger of `runtime_operation_log` tells the id of every requested operation that has ended. */
const ENDED_CHANNEL = 'runtime_operation_ended';

/** Hints by NOTIFY. They come when the statement that they tell of has committed. */
export class PostgresOperationHints implements OperationHints {
  readonly #listener: PgListener;

  constructor(listener: PgListener) {
    this.#listener = listener;
  }

  async watch(onHint: (hint: OperationHint) => void, signal: AbortSignal): Promise<void> {
    const handlers = {
      connected: () => onHint({ kind: 'connected' }),
      notified: (channel: string, opId: string) => onHint(channel === QUEUED_CHANNEL ? { kind: 'queued' } : { kind: 'ended', opId }),
    };
    await this.#listener.listen([QUEUED_CHANNEL, ENDED_CHANNEL], handlers, signal);
  }
}
