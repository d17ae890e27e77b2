/** The exit codes. `config` is EX_CONFIG of sysexits.h. */
export const EXIT = { done: 0, failed: 1, config: 78 } as const;
