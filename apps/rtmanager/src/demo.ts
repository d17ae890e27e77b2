import { parseArgs } from 'node:util';
import { runDemo } from './demo/run-demo.js';

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, image: { type: 'string', default: 'galaxy/demo-engine:1.0.0' } },
});
await runDemo(values);
