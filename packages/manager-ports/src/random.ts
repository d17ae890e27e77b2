/** Random, for what must not happen everywhere at the same moment. */
export interface Random {
  /** A number from 0 up to, not including, 1; all equally likely. */
  fraction(): number;
}
