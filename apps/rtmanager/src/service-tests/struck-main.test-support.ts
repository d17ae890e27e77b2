import { processStriker, withFailpoints } from '@galaxy/verification';
import { makeCommands } from '../cli/commands.js';
import { composeServe } from '../compose/compose.js';

// `rtmanager`, with every port struck as GALAXY_STRIKES says. vitest.config.ts gives its path to the harness, which bundles it.
const striker = processStriker(process.env);
const struck = makeCommands((config, log, purpose) => {
  const assembly = composeServe(config, log, purpose);
  return { ...assembly, open: async (signal) => withFailpoints(await assembly.open(signal), striker) };
});
await struck.parseAsync();
