import type { Move } from '../explore.js';
import type { Guards } from './guards.js';
import type { Run, State } from './state.js';
import { replaced } from './state.js';

/** One replica at the point its attempt has reached. */
export interface Attempt {
  readonly guards: Guards;
  readonly state: State;
  readonly replica: number;
  readonly run: Run;
}

/** The attempt's replica does something. */
export const does = ({ replica, run, state }: Attempt, what: string, to: State): Move<State> => ({
  label: `R${replica} ${jobName(state, run.operation)}: ${what}`,
  by: 'system',
  to,
});

/** Something befalls the attempt's replica. */
export const befalls = (at: Attempt, what: string, to: State): Move<State> => ({ ...does(at, what, to), by: 'environment' });

/** The attempt goes on, with what has changed for it. */
export const goOn = ({ replica, run }: Attempt, state: State, change: Partial<Run>): State => ({
  ...state,
  runs: replaced<Run | null>(state.runs, replica, { ...run, ...change }),
});

/** The replica is free again; the operation stays as it is. */
export const drop = ({ replica }: Attempt, state: State): State => ({ ...state, runs: replaced<Run | null>(state.runs, replica, null) });

/** A job's name in traces. */
export const jobName = ({ operations }: State, operation: number): string => `${operations[operation]?.kind ?? 'job'} ${operation + 1}`;
