/** A source of new identifiers. */
export interface Ids {
  /** A fresh UUID (RFC 9562), lower case. */
  uuid(): string;
}
