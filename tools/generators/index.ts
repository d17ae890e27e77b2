import { documentConfig } from '@galaxy/rtmanager';
import { COMPILED_STATEMENTS, compiledStatementFiles } from './compiled-statements.js';
import { statusMachinePage } from './status-machine.js';

/** A file that is made from the sources, and how. */
export interface Generated {
  /** Relative to the repository's root. */
  readonly path: string;
  /** The whole file, the same on every machine and every day. */
  readonly text: () => string | Promise<string>;
}

/** Every generated file of the repository. To add one: a module beside this one, and a line here. */
export const GENERATED: readonly Generated[] = [
  { path: 'docs/status-machine.md', text: statusMachinePage },
  { path: 'docs/configuration.md', text: documentConfig },
  ...compiledStatementFiles(),
];

/** Folders in which every file is generated: what else lies there was made from something that is gone. */
export const GENERATED_FOLDERS: readonly string[] = [COMPILED_STATEMENTS];
