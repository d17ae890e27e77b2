import { DependencyFault } from '@galaxy/ports';
import { FAILPOINTS, type MethodName, type PortName, SERVER_OF, type ServerPorts } from './failpoints.js';
import type { Injection } from './injection.js';

/** Makes the injections in a process of the service. */
export interface Injector {
  readonly injections: readonly Injection[];
  /** Whether calls count now. */
  readonly armed: () => boolean;
  /** Called before every call that counts. */
  readonly called: (method: MethodName) => void;
  /** Called when an injection is due. It kills or freezes the process; for the other kinds, {@link withFailpoints} throws. */
  readonly inject: (injection: Injection) => void;
}

/** The same ports, with a failpoint before and after each call. */
export function withFailpoints<P extends ServerPorts>(ports: P, injector: Injector): P {
  // Without named outcomes there is no port for them.
  const wrapped = (Object.keys(FAILPOINTS) as PortName[]).flatMap((port) => {
    const target = ports[port];
    return target === undefined ? [] : [[port, withInjections<object>(target, port, injector)] as const];
  });
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

// Given an empty list, the adapter of these methods calls no server, so there is nothing to inject into.
const OF_LISTS: ReadonlySet<MethodName> = new Set(['outbox.markPublished', 'results.held', 'deadLetters.held', 'outcomes.held']);

function asksNothing(method: MethodName, [list]: readonly unknown[]): boolean {
  return OF_LISTS.has(method) && Array.isArray(list) && list.length === 0;
}

// A method without scenarios may return something other than a promise: it must stay as it is.
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
