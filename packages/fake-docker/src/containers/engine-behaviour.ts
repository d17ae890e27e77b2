import { engineImages } from '@galaxy/testing';

/** How the program in an image behaves; by default as a healthy demo engine that is ready at once and ends when told to. */
export interface EngineBehaviour {
  /** Milliseconds from its start until it listens and heeds SIGTERM; default 0: it does when the start is answered. */
  readonly bootMs?: number;
  /** Milliseconds that it takes to end after SIGTERM; default 0. */
  readonly stopMs?: number;
  /** SIGTERM does nothing once it has booted. */
  readonly ignoresSigterm?: boolean;
  /** It ends by itself. */
  readonly exits?: { readonly code: number; readonly afterMs: number };
  /** The program that the image names and does not hold: a start fails, or with an init process ends with 127. */
  readonly missingProgram?: string;
  /** It neither listens nor heeds any signal. */
  readonly sleeps?: boolean;
  /** Milliseconds after it listens until `/healthz` answers 200; default 0. */
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

/** The images of `engineImages`, behaving as the real ones do. */
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
