/**
 * The module that runs a demo engine as a process of its own, configured by `HOST`, `PORT` and `DEMO_*` variables.
 * A `.js` file in a build; the `.ts` source when this package answers with its sources. It needs only the files beside it.
 */
export const demoEngineMain: URL = new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url);
