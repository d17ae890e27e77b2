import { engineImages } from '@galaxy/testing';

/** How the program in an image behaves. By default it is a healthy demo engine that is ready at once and ends on SIGTERM. */
export interface EngineBehaviour {
  /** Milliseconds from its start until it listens and handles SIGTERM; default 0: before the start is answered. */
  readonly bootMs?: number;
  /** Milliseconds from SIGTERM to its end; default 0. */
  readonly stopMs?: number;
  /** After it has booted, SIGTERM has no effect. */
  readonly ignoresSigterm?: boolean;
  /** It ends by itself. */
  readonly exits?: { readonly code: number; readonly afterMs: number };
  /** A program that is not in the image. A start fails; with an init process, the container ends with 127. */
  readonly missingProgram?: string;
  /** It neither listens nor handles any signal. */
  readonly sleeps?: boolean;
  /** Milliseconds from when it listens until `/healthz` answers 200; default 0. */
  readonly readyAfterMs?: number;
  /** `/healthz` answers 503 for ever. */
  readonly neverReady?: boolean;
  /** Milliseconds that a turn takes; default 0. */
  readonly turnMs?: number;
  /** This turn fails. */
  readonly failAtTurn?: number;
  /** The game is finished with this turn. */
  readonly finishAtTurn?: number;
}

/** The images of `engineImages`, with the behaviour of the real ones. */
export const knownImages: readonly (readonly [ref: string, behaviour: EngineBehaviour])[] = [
  [engineImages.current, {}],
  [engineImages.patch, {}],
  [engineImages.minor, {}],
  [engineImages.major, {}],
  [engineImages.neverReady, { neverReady: true }],
  [engineImages.exitsEarly, { exits: { code: 3, afterMs: 20 } }],
  [engineImages.ignoresSigterm, { ignoresSigterm: true }],
  [engineImages.slowReady, { readyAfterMs: 2_000 }],
  [engineImages.slowTurn, { turnMs: 3_000 }],
  [engineImages.failsTurn, { failAtTurn: 1 }],
  [engineImages.finishes, { finishAtTurn: 2 }],
  [engineImages.badCommand, { missingProgram: '/no/such/program' }],
  [engineImages.tiny, { sleeps: true }],
];
