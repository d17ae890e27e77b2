import type { MethodName } from './failpoints.js';

/**
 * What happens at a failpoint. `kill`: the process ends at once, by SIGKILL. `freeze`: it stops in its tracks until somebody
 * lets it go on. `throw`: the server does not answer, and the call was never carried out; `lost`: it was, and its answer is lost.
 */
export type InjectionKind = 'kill' | 'freeze' | 'throw' | 'lost';

/** One fault: what happens, before or after which call of which method, counted from 1 since the process was armed. */
export interface Injection {
  readonly method: MethodName;
  readonly moment: 'before' | 'after';
  readonly kind: InjectionKind;
  readonly call: number;
}

/** The moments at which each kind may strike: a call that throws before is not carried out, one that throws after is `lost`. */
export const KINDS_AT = { before: ['kill', 'freeze', 'throw'], after: ['kill', 'freeze', 'lost'] } as const;

/** The name of a strike, e.g. `engine.create:after=kill@1`. */
export const injectionName = ({ method, moment, kind, call }: Injection): string => `${method}:${moment}=${kind}@${String(call)}`;

const NAME = /^(\w+\.\w+):(before|after)=(kill|freeze|throw|lost)@(\d+)$/;

/**
 * Reads names of strikes, separated by commas; of a plan in which one method is to be struck more than once, each counts for itself.
 * @throws Error naming what is no strike.
 */
export function parseInjections(text: string): readonly Injection[] {
  return text.split(',').map((name) => {
    const [, method, moment, kind, call] = NAME.exec(name) ?? [];
    if (method === undefined) throw new Error(`no failpoint: ${name}`);
    return { method: method as MethodName, moment: moment as Injection['moment'], kind: kind as InjectionKind, call: Number(call) };
  });
}
