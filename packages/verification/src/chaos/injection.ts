/** What chance has decided about one fault. */
export interface Draw {
  /** Milliseconds of peace before it. */
  readonly afterMs: number;
  /** Milliseconds that it lasts. */
  readonly forMs: number;
  /** Picks one of several: a replica, a server, a container. Never negative. */
  readonly pick: number;
  /** How bad it is, from 0 up to 1. */
  readonly share: number;
}

/** One kind of fault. */
export interface Injection {
  /** As reports name it, e.g. `redis killed`. */
  readonly kind: string;
  /** How often it comes, relative to the others. */
  readonly weight: number;
  /** The shortest and the longest it lasts, in milliseconds. */
  readonly lasts: readonly [shortest: number, longest: number];
  /** What it befalls: two faults of one victim never overlap. */
  readonly victim: (draw: Draw) => string;
  /** Makes it happen, waits, and undoes it; returns once what it befell is whole again. */
  readonly inject: (draw: Draw) => Promise<void> | void;
}

/** The element that a draw picks; throws when there is none. */
export function picked<T>(from: readonly T[], { pick }: Pick<Draw, 'pick'>): T {
  const one = from[pick % from.length];
  if (one === undefined) throw new Error('there is nothing to pick from');
  return one;
}
