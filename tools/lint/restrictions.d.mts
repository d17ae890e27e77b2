import type { Linter } from 'eslint';

export declare const refusals: readonly (readonly [group: string, selector: string])[];
export declare function restrictions(...groups: readonly string[]): Linter.RulesRecord;
