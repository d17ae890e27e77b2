import type { MethodName } from './failpoints.js';

/**
 * What happens at a failpoint. `kill`: SIGKILL ends the process at once. `freeze`: SIGSTOP stops it until it gets SIGCONT.
 * `throw`: the server does not answer, and the call was not carried out. `lost`: the call was carried out, and its answer is lost.
 */
export type InjectionKind = 'kill' | 'freeze' | 'throw' | 'lost';

/** What happens, and when: before or after the nth call of a method. Calls are counted from 1 once the process is armed. */
export interface Injection {
  readonly method: MethodName;
  readonly moment: 'before' | 'after';
  readonly kind: InjectionKind;
  readonly call: number;
}

/** The kinds that are possible at each moment. A call that fails before it is carried out is `throw`; after that it is `lost`. */
export const KINDS_AT = { before: ['kill', 'freeze', 'throw'], after: ['kill', 'freeze', 'lost'] } as const;

/** For example `engine.create:after=kill@1`. */
export const injectionName = ({ method, moment, kind, call }: Injection): string => `${method}:${moment}=${kind}@${String(call)}`;

const NAME = /^(\w+\.\w+):(before|after)=(kill|freeze|throw|lost)@(\d+)$/;

/**
 * Reads names of injections, with commas between. Several may be at the same method.
 * @throws Error that quotes the text that is not the name of an injection.
 */
export function parseInjections(text: string): readonly Injection[] {
  return text.split(',').map((name) => {
    const [, method, moment, kind, call] = NAME.exec(name) ?? [];
    if (method === undefined) throw new Error(`no failpoint: ${name}`);
    return { method: method as MethodName, moment: moment as Injection['moment'], kind: kind as InjectionKind, call: Number(call) };
  });
}
