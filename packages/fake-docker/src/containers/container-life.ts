/** A span of time in milliseconds of `performance.now()`; `to` is null while it lasts. */
export interface Span {
  readonly from: number;
  to: number | null;
}

/** The life of one container. */
export interface ContainerLife {
  readonly id: string;
  readonly name: string;
  /** These four come from its labels; null without the label. */
  readonly gameId: string | null;
  readonly instance: string | null;
  readonly opId: string | null;
  readonly attempt: string | null;
  readonly image: string;
  /** From its creation to the end of its removal. */
  readonly existed: Span;
  /** Each time that it ran, with its exit code. */
  readonly runs: (Span & { exitCode: number | null })[];
}
