/** Makes identifiers. */
export interface Ids {
  /** A fresh random UUID (RFC 9562), lower case. */
  uuid(): string;
}
