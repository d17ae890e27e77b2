/**
 * Loaded into an engine's process before its own program: ends it as soon as the channel to the manager closes, which it
 * does whatever way the manager ends, SIGKILL included.
 */
process.on('disconnect', () => process.exit(0));
