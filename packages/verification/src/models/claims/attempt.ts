import type { Move } from '../explore.js';
import type { Guards } from './guards.js';
import type { Run, State } from './state.js';
import { replaced } from './state.js';

/** One replica, and the point that its attempt has reached. */
export interface Attempt {
  readonly guards: Guards;
  readonly state: State;
  readonly replica: number;
  readonly run: Run;
}

/** A move that the replica of the attempt makes. */
export const does = ({ replica, run, state }: Attempt, what: string, to: State): Move<State> => ({
  label: `R${replica} ${jobName(state, run.operation)}: ${what}`,
  by: 'system',
  to,
});

/** A move that happens to the replica of the attempt. */
export const happensTo = (at: Attempt, what: string, to: State): Move<State> => ({ ...does(at, what, to), by: 'environment' });

/** The state after the attempt went on. */
export const goOn = ({ replica, run }: Attempt, state: State, change: Partial<Run>): State => ({
  ...state,
  runs: replaced<Run | null>(state.runs, replica, { ...run, ...change }),
});

/** The state after the replica dropped its run. The operation stays as it is. */
export const drop = ({ replica }: Attempt, state: State): State => ({ ...state, runs: replaced<Run | null>(state.runs, replica, null) });

/** The name of a job in traces. */
export const jobName = ({ operations }: State, operation: number): string => `${operations[operation]?.kind ?? 'job'} ${operation + 1}`;
