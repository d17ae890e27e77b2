import type { CircuitBreaker } from './circuit-breaker.js';

/** The names of all members of a port that are not asynchronous methods. */
type Plain<T> = { [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? never : K }[keyof T];

/** Returns the port with every asynchronous method going through the breaker. `plain` must name all synchronous methods. */
export function throughBreaker<T extends object>(port: T, breaker: Pick<CircuitBreaker, 'run'>, ...plain: readonly Plain<T>[]): T {
  const notThroughBreaker: ReadonlySet<unknown> = new Set(plain);
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const method = member as (...args: unknown[]) => Promise<unknown>;
      if (notThroughBreaker.has(name)) return method.bind(target);
      return (...args: unknown[]) => breaker.run(() => method.apply(target, args));
    },
  });
}
