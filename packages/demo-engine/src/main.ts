import { createDemoEngine } from './demo-engine.js';
import { readProcessOptions } from './options.js';

const options = readProcessOptions(process.env);

if (options.exitBeforeReady !== undefined) {
  console.error(`exiting with ${options.exitBeforeReady} as told by DEMO_EXIT_BEFORE_READY`);
  process.exit(options.exitBeforeReady);
}

// Handlers are added before anything slow happens: if the process is pid 1, the kernel drops a signal without a handler
// (man 7 pid_namespaces).
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (!options.ignoreSigterm) process.exit(0);
  });
}

const engine = await createDemoEngine(options);
console.log(`demo engine listens on ${engine.url}`);
