/** The health of a game engine. No answer is an expected outcome here: an engine may be booting, frozen or gone. */
export type EngineHealth =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'unhealthy'; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string };

/** Calls a game engine's HTTP interface (contracts/engine-openapi.yaml). */
export interface EngineClient {
  /**
   * Requests `GET /healthz` at the address. Ends within the client's own deadline, or when the signal aborts; then it returns
   * `unreachable`. Never throws, whatever the engine does: redirects, garbage, oversized or endless bodies are `unhealthy`.
   */
  health(address: string, signal: AbortSignal): Promise<EngineHealth>;
}
