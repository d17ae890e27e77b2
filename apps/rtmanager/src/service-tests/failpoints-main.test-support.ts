import { processInjector, withFailpoints } from '@galaxy/verification';
import { makeCommands } from '../cli/commands.js';
import { composeServe } from '../compose/compose.js';

// `rtmanager` with failpoints around every port; GALAXY_FAILPOINTS says what to inject. The harness bundles this file: vitest.config.ts
// gives it the path.
const injector = processInjector(process.env);
const commands = makeCommands((config, log, purpose) => {
  const assembly = composeServe(config, log, purpose);
  return { ...assembly, open: async (signal) => withFailpoints(await assembly.open(signal), injector) };
});
await commands.parseAsync();
