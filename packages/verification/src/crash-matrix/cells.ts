import fc from 'fast-check';
import { METHODS, type MethodName, type ScenarioName, SERVER_OF } from './failpoints.js';
import { type Injection, type InjectionKind, injectionName, KINDS_AT } from './injection.js';

/** One cell of the matrix: one injection in one scenario. */
export interface Cell {
  readonly name: string;
  readonly scenario: ScenarioName;
  readonly injection: Injection;
}

/** Every failpoint with every kind of injection, before and after the call, in each of its scenarios. */
const ALL_CELLS: readonly Cell[] = METHODS.flatMap(({ method, port, scenarios }) =>
  scenarios.flatMap((scenario) =>
    (['before', 'after'] as const).flatMap((moment) =>
      KINDS_AT[moment].filter((kind) => SERVER_OF[port] !== null || !needsServer(kind)).map((kind) => cell(scenario, method, moment, kind)),
    ),
  ),
);

function needsServer(kind: InjectionKind): boolean {
  return kind === 'throw' || kind === 'lost';
}

function cell(scenario: ScenarioName, method: MethodName, moment: Injection['moment'], kind: InjectionKind): Cell {
  const injection: Injection = { method, moment, kind, call: 1 };
  return { name: `${scenario} ${injectionName(injection)}`, scenario, injection };
}

/**
 * The cells to run. `asked` is `all`, or parts of names with commas between: then a cell runs if its name contains one of them.
 * If it is undefined, one cell per method runs, drawn by the seed.
 * @throws Error when no cell matches.
 */
export function cellsToRun(asked: string | undefined, seed: number): readonly Cell[] {
  const isAsked = ({ name }: Cell): boolean => asked === 'all' || (asked ?? '').split(',').some((part) => name.includes(part));
  const chosen = asked === undefined ? sample(seed) : ALL_CELLS.filter(isAsked);
  if (chosen.length === 0) throw new Error(`no cell is called ${asked ?? ''}`);
  return chosen;
}

function sample(seed: number): readonly Cell[] {
  return METHODS.filter(({ scenarios }) => scenarios.length > 0).flatMap(({ method }) => {
    const cells = ALL_CELLS.filter(({ injection }) => injection.method === method);
    return fc.sample(fc.noBias(fc.constantFrom(...cells)), { numRuns: 1, seed });
  });
}
