import { DependencyFault } from '@galaxy/ports';

/** Returns the port with asynchronous methods that pass every DependencyFault to `notice`, and then throw it as before. */
export function noticeFaults<T extends object>(port: T, notice: (fault: DependencyFault) => void): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const method = member as (...args: unknown[]) => unknown;
      return async (...args: unknown[]) => {
        try {
          return await method.apply(target, args);
        } catch (error) {
          if (error instanceof DependencyFault) notice(error);
          throw error;
        }
      };
    },
  });
}
