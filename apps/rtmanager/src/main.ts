#!/usr/bin/env node
import { makeCommands } from './cli/commands.js';

await makeCommands().parseAsync();
