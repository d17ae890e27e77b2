#!/usr/bin/env node
import { makeCommands } from './commands.js';

await makeCommands().parseAsync();
