import type { CircuitBreaker } from './circuit-breaker.js';

/** The names of what is no asynchronous method of a port. */
type Plain<T> = { [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? never : K }[keyof T];

/** The port, with every asynchronous method called through the breaker; `plain` names all that it has besides. */
export function throughBreaker<T extends object>(port: T, breaker: Pick<CircuitBreaker, 'run'>, ...plain: readonly Plain<T>[]): T {
  const left: ReadonlySet<unknown> = new Set(plain);
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const method = member as (...args: unknown[]) => Promise<unknown>;
      if (left.has(name)) return method.bind(target);
      return (...args: unknown[]) => breaker.run(() => method.apply(target, args));
    },
  });
}
