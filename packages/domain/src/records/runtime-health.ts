/** What the manager knows of a game engine's health. The last answer counts: `unhealthy` also means that there was none. */
export const RUNTIME_HEALTHS = ['unknown', 'healthy', 'unhealthy'] as const;

/** One of {@link RUNTIME_HEALTHS}. */
export type RuntimeHealth = (typeof RUNTIME_HEALTHS)[number];
