/** What a fault proxy does to the connections through it, also to those already open. */
export type FaultMode =
  /** Nothing. */
  | { readonly kind: 'pass' }
  /** Takes what either side sends and loses it, as a network that drops packets; the ends of connections, too. */
  | { readonly kind: 'black_hole' }
  /** Keeps what either side sends until the next mode, as a network that stalls and heals. */
  | { readonly kind: 'hold' }
  /** Requests arrive, replies are lost: the caller cannot tell whether its request was carried out. */
  | { readonly kind: 'drop_replies' }
  /** Passes so many bytes of replies per connection, counted from now; then resets it, ends it, or says nothing more. */
  | { readonly kind: 'cut_reply'; readonly afterBytes: number; readonly then: 'reset' | 'end' | 'silence' }
  /** Passes everything this many milliseconds later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Takes connections and resets them at once, the open ones, too. */
  | { readonly kind: 'reset' }
  /** Does not listen (TCP: connection refused; unix: no such file) and resets the open connections. */
  | { readonly kind: 'refuse' };

/** The mode that changes nothing. */
export const pass: FaultMode = { kind: 'pass' };
