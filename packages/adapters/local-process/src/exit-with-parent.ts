/**
 * Loaded into an engine's process before its own program. Ends the process as soon as the channel to the manager closes. That happens
 * however the manager ends, also by SIGKILL.
 */
process.on('disconnect', () => process.exit(0));
