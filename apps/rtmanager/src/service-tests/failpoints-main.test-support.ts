import { processInjector, withFailpoints } from '@galaxy/verification';
import { makeCommands } from '../cli/commands.js';
import { composeServe } from '../compose/compose.js';

// `rtmanager`, with every port struck as GALAXY_FAILPOINTS says. vitest.config.ts gives its path to the harness, which bundles it.
const injector = processInjector(process.env);
const commands = makeCommands((config, log, purpose) => {
  const assembly = composeServe(config, log, purpose);
  return { ...assembly, open: async (signal) => withFailpoints(await assembly.open(signal), injector) };
});
await commands.parseAsync();
