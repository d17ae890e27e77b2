/** What a game engine said of itself. Not answering is an expected outcome here: an engine may be booting, frozen or gone. */
export type EngineHealth =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'unhealthy'; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string };

/** Talks to a game engine's HTTP listener (contracts/engine-openapi.yaml). */
export interface EngineClient {
  /**
   * Asks `GET /healthz` at the address. Ends within the client's own deadline or when the signal aborts (`unreachable`
   * then). Never throws for anything the engine does: redirects, garbage, oversized or endless bodies are `unhealthy`.
   */
  health(address: string, signal: AbortSignal): Promise<EngineHealth>;
}
