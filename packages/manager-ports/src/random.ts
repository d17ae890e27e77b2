/** Random numbers, so that replicas do not all act at the same moment. */
export interface Random {
  /** A number from 0 up to but not including 1, uniformly distributed. */
  fraction(): number;
}
