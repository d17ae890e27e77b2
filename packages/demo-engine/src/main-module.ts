/**
 * The module that runs a demo engine as a process, configured by `HOST`, `PORT` and `DEMO_*` variables. It is a `.js` file in a
 * build, and the `.ts` source when packages are resolved to their sources. It needs only the files beside it.
 */
export const demoEngineMain: URL = new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url);
