import { DependencyFault } from '@galaxy/ports';
import { FAILPOINTS, type MethodName, type PortName, SERVER_OF, type ServerPorts } from './failpoints.js';
import type { Injection } from './injection.js';

/** What carries strikes out in a process of the service. */
export interface Injector {
  readonly injections: readonly Injection[];
  /** Whether calls count by now. */
  readonly armed: () => boolean;
  /** Is told of every call of a failpoint that counts, before it is made. */
  readonly called: (method: MethodName) => void;
  /** Is told of a strike when it is due; kills or freezes the process itself. */
  readonly inject: (injection: Injection) => void;
}

/** The ports, each call of which may be struck. */
export function withFailpoints<P extends ServerPorts>(ports: P, injector: Injector): P {
  const wrapped = Object.keys(FAILPOINTS).map((port) => [port, withInjections(ports[port as PortName], port as PortName, injector)]);
  return { ...ports, ...(Object.fromEntries(wrapped) as Pick<ServerPorts, PortName>) };
}

type Method = (...args: unknown[]) => unknown;

function withInjections<T extends object>(target: T, port: PortName, injector: Injector): T {
  const methods = new Map(Object.keys(FAILPOINTS[port]).map((name) => [name, `${port}.${name}` as MethodName]));
  const calls = new Map<MethodName, number>();
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = (...args: unknown[]): unknown => (member as Method).apply(target, args);
      const method = typeof name === 'string' ? methods.get(name) : undefined;
      const due = injector.injections.filter((injection) => injection.method === method);
      if (method === undefined || !hasScenarios(method)) return call;
      return async (...args: unknown[]) => {
        if (!injector.armed() || asksNothing(method, args)) return call(...args);
        const number = (calls.get(method) ?? 0) + 1;
        calls.set(method, number);
        injector.called(method);
        const now = due.filter((injection) => injection.call === number);
        injectAt('before', now, port, injector);
        const answer = await call(...args);
        injectAt('after', now, port, injector);
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
function hasScenarios(method: MethodName): boolean {
  const [port = '', name = ''] = method.split('.');
  return ((FAILPOINTS as Record<string, Record<string, readonly string[]>>)[port]?.[name]?.length ?? 0) > 0;
}

function injectAt(moment: Injection['moment'], due: readonly Injection[], port: PortName, injector: Injector): void {
  for (const injection of due.filter((one) => one.moment === moment)) {
    injector.inject(injection);
    const dependency = SERVER_OF[port];
    if ((injection.kind === 'throw' || injection.kind === 'lost') && dependency !== null)
      throw new DependencyFault({ message: `injected ${moment} ${injection.method}`, retryable: true, dependency, effect: 'unknown' });
  }
}
