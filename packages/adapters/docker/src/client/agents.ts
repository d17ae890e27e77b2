import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent } from 'node:http';
import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import { inspect } from 'node:util';

const underWay = new AsyncLocalStorage<() => void>();

/** Makes one call. `closed` is called after the connection that the call has opened is closed, also when it was answered before. */
export const tellingClosed = <T>(closed: () => void, call: () => T): T => underWay.run(closed, call);

/**
 * An agent that tells nothing of itself. docker-modem formats the options of each request for its debug log, including the agent with all
 * its sockets, even if the log is off: with 40 calls at the same time, one call would cost 30 ms of processor time.
 */
export class TerseAgent extends Agent {
  [inspect.custom](): string {
    return 'Agent';
  }
}

/** An agent of connections that serve one call each. */
export class OneCallAgent extends TerseAgent {
  // https://nodejs.org/api/http.html#agentcreateconnectionoptions-callback
  createConnection(options: NetConnectOpts): Socket {
    const socket = createConnection(options);
    const closed = underWay.getStore();
    // Not at once: the end of a whole answer is told in the same turn.
    if (closed !== undefined) socket.once('close', () => setImmediate(closed));
    return socket;
  }
}
