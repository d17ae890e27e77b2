/** The random decisions about one injection. */
export interface Draw {
  /** Milliseconds to wait before it. */
  readonly afterMs: number;
  /** Milliseconds that it lasts. */
  readonly forMs: number;
  /** Chooses one of several: a replica, a server, a container. Never negative. */
  readonly pick: number;
  /** How strong it is, from 0 to below 1. */
  readonly share: number;
}

/** One kind of injection. */
export interface Injection {
  /** Its name in reports, e.g. `redis killed`. */
  readonly kind: string;
  /** How often it happens, relative to the others. */
  readonly weight: number;
  /** The shortest and the longest it lasts, in milliseconds. */
  readonly lasts: readonly [shortest: number, longest: number];
  /** What it is done to. Two injections into one victim never overlap. */
  readonly victim: (draw: Draw) => string;
  /** Makes the injection, waits, and undoes it. Returns once the victim works again. */
  readonly inject: (draw: Draw) => Promise<void> | void;
}

/** The element that a draw chooses. @throws Error when the list is empty. */
export function picked<T>(from: readonly T[], { pick }: Pick<Draw, 'pick'>): T {
  const one = from[pick % from.length];
  if (one === undefined) throw new Error('there is nothing to pick from');
  return one;
}
