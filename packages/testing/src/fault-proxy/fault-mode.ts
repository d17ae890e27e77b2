/** What a fault proxy does to its connections, also to those that are already open. */
export type FaultMode =
  /** Nothing. */
  | { readonly kind: 'pass' }
  /** Loses everything that either side sends, also the ends of connections, like a network that drops packets. */
  | { readonly kind: 'black_hole' }
  /** Holds everything that either side sends until the next mode, like a network that stalls and recovers. */
  | { readonly kind: 'hold' }
  /** Passes requests and loses replies: the caller cannot know whether its request was carried out. */
  | { readonly kind: 'drop_replies' }
  /** Passes so many bytes of replies on each connection, counted from now. Then it resets or ends it, or passes nothing more. */
  | { readonly kind: 'cut_reply'; readonly afterBytes: number; readonly then: 'reset' | 'end' | 'silence' }
  /** Passes everything `ms` later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Accepts connections and resets them at once. Resets open connections, too. */
  | { readonly kind: 'reset' }
  /** Does not listen (TCP: connection refused; unix: no such file). Resets open connections. */
  | { readonly kind: 'refuse' };

/** The mode that changes nothing. */
export const pass: FaultMode = { kind: 'pass' };
