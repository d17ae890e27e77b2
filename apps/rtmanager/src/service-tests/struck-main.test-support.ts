import { processStriker, withFailpoints } from '@galaxy/faults';
import { composeServe, SERVE_NEEDS } from '../compose.js';
import { runService } from '../run-service.js';

// `rtmanager serve`, with every port struck as GALAXY_STRIKES says. Bundled by its path, see bundle-service.ts of faults.
const striker = processStriker(process.env);
await runService(SERVE_NEEDS, (config, log) => {
  const assembly = composeServe(config, log);
  return { ...assembly, open: async (signal) => withFailpoints(await assembly.open(signal), striker) };
});
