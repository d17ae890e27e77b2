import { DependencyFault } from '@galaxy/ports';
import { FAILPOINTS, type MethodName, type PortName, SERVER_OF, type ServerPorts } from './failpoints.js';
import type { Strike } from './strike.js';

/** What carries strikes out in a process of the service. */
export interface Striker {
  readonly strikes: readonly Strike[];
  /** Whether calls count by now. */
  readonly armed: () => boolean;
  /** Is told of every call of a failpoint that counts, before it is made. */
  readonly called: (method: MethodName) => void;
  /** Is told of a strike when it is due; kills or freezes the process itself. */
  readonly struck: (strike: Strike) => void;
}

/** The ports, each call of which may be struck. */
export function withFailpoints<P extends ServerPorts>(ports: P, striker: Striker): P {
  const struck = Object.keys(FAILPOINTS).map((port) => [port, withStrikes(ports[port as PortName], port as PortName, striker)]);
  return { ...ports, ...(Object.fromEntries(struck) as Pick<ServerPorts, PortName>) };
}

type Method = (...args: unknown[]) => unknown;

function withStrikes<T extends object>(target: T, port: PortName, striker: Striker): T {
  const methods = new Map(Object.keys(FAILPOINTS[port]).map((name) => [name, `${port}.${name}` as MethodName]));
  const calls = new Map<MethodName, number>();
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = (...args: unknown[]): unknown => (member as Method).apply(target, args);
      const method = typeof name === 'string' ? methods.get(name) : undefined;
      const due = striker.strikes.filter((strike) => strike.method === method);
      if (method === undefined || !isStruck(method)) return call;
      return async (...args: unknown[]) => {
        if (!striker.armed() || asksNothing(method, args)) return call(...args);
        const number = (calls.get(method) ?? 0) + 1;
        calls.set(method, number);
        striker.called(method);
        const now = due.filter((strike) => strike.call === number);
        strikeAt('before', now, port, striker);
        const answer = await call(...args);
        strikeAt('after', now, port, striker);
        return answer;
      };
    },
  });
}

// An adapter answers those by itself when they are given an empty list: to strike there is to strike nothing.
const OF_LISTS: ReadonlySet<MethodName> = new Set(['outbox.markPublished', 'results.held', 'deadLetters.held']);

function asksNothing(method: MethodName, [list]: readonly unknown[]): boolean {
  return OF_LISTS.has(method) && Array.isArray(list) && list.length === 0;
}

// A method without scenarios may be one that is no promise.
function isStruck(method: MethodName): boolean {
  const [port = '', name = ''] = method.split('.');
  return ((FAILPOINTS as Record<string, Record<string, readonly string[]>>)[port]?.[name]?.length ?? 0) > 0;
}

function strikeAt(moment: Strike['moment'], due: readonly Strike[], port: PortName, striker: Striker): void {
  for (const strike of due.filter((one) => one.moment === moment)) {
    striker.struck(strike);
    const dependency = SERVER_OF[port];
    if ((strike.kind === 'throw' || strike.kind === 'lost') && dependency !== null)
      throw new DependencyFault({ message: `struck ${moment} ${strike.method}`, retryable: true, dependency, effect: 'unknown' });
  }
}
