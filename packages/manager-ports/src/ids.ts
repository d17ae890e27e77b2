/** A source of new identifiers. */
export interface Ids {
  /**
   * A fresh UUID (RFC 9562), lower case. A later one of the same process is higher, so that new rows of a table are beside each other in
   * its indexes, however many there are.
   */
  uuid(): string;
}
