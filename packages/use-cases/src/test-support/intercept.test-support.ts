import { DependencyFault } from '@galaxy/ports';
import { instance, mock, when } from 'ts-mockito';

/** One call of a port on its way. */
export interface Call {
  readonly port: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Lets it take effect. */
  readonly go: () => Promise<unknown>;
}

/** The port with every call going through `handle` first. */
export function intercept<T extends object>(port: string, target: T, handle: (call: Call) => Promise<unknown>): T {
  return new Proxy(target, {
    get(_, method) {
      const member: unknown = Reflect.get(target, method, target);
      if (typeof member !== 'function') return member;
      const call = member as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => handle({ port, method: String(method), args, go: async () => call.apply(target, args) });
    },
  });
}

/** The port with some of its methods replaced. */
export function altered<T extends object>(target: T, changes: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(name in changes ? changes : target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

/** A fault as an adapter throws it. */
export function faultOf(
  dependency: DependencyFault['dependency'],
  { effect = 'unknown', retryable = true }: { effect?: DependencyFault['effect']; retryable?: boolean } = {},
): DependencyFault {
  return new DependencyFault({ message: `${dependency} did not answer`, dependency, effect, retryable });
}

/** A port of which every call can be told what to answer, and asked whether it came. */
export function mockPort<T extends object>(): { readonly mocked: T; readonly port: T } {
  const mocked = mock<T>();
  // Otherwise code that awaits it takes the mock for a promise that never settles.
  when((mocked as unknown as { then: unknown }).then).thenReturn(undefined);
  return { mocked, port: instance(mocked) };
}
