import type { ImageOutcome, PullFailureReason } from '@galaxy/manager-ports';

/** How an image of the memory engine behaves; every field has the default of a healthy one that can be pulled at once. */
export interface MemoryImage {
  /** Why it can't be had; default: it can. */
  readonly pullFails?: PullFailureReason;
  /** Pulling it takes until this promise resolves; default: no time. */
  readonly pullTakes?: Promise<unknown>;
  /** What the engine does once its container is started; default `healthy`. */
  readonly runs?: 'healthy' | 'never-ready' | 'exits-early' | 'refuses-start' | 'ignores-sigterm';
  /** With what an engine exits that `exits-early`; default 1. */
  readonly exitCode?: number;
}

interface Pull {
  readonly end: Promise<unknown>;
  waiters: number;
}

/** The images of the memory engine: known ones are pulled once, calls for one that is being pulled share the pull. */
export class MemoryImages {
  readonly #known = new Map<string, MemoryImage>();
  readonly #present = new Set<string>();
  readonly #underWay = new Map<string, Pull>();
  readonly #pulls: string[] = [];

  /** Every pull that was begun, oldest first. */
  get pulls(): readonly string[] {
    return this.#pulls;
  }

  add(imageRef: string, image: MemoryImage): void {
    this.#known.set(imageRef, image);
  }

  /** The image, once it was pulled. */
  present(imageRef: string): MemoryImage | undefined {
    return this.#present.has(imageRef) ? this.#known.get(imageRef) : undefined;
  }

  async ensure(imageRef: string, signal: AbortSignal): Promise<ImageOutcome> {
    if (signal.aborted) return { kind: 'aborted' };
    if (this.#present.has(imageRef)) return { kind: 'available' };
    if ((await this.#pull(imageRef, signal)) === 'aborted') return { kind: 'aborted' };
    const image = this.#known.get(imageRef);
    const reason = image === undefined ? 'not_found' : image.pullFails;
    if (reason !== undefined) return { kind: 'unavailable', reason, message: `${imageRef}: ${reason}` };
    this.#present.add(imageRef);
    return { kind: 'available' };
  }

  async #pull(imageRef: string, signal: AbortSignal): Promise<unknown> {
    const pull = this.#underWay.get(imageRef) ?? this.#launch(imageRef);
    pull.waiters += 1;
    const outcome = await unlessAborted(signal, pull.end);
    pull.waiters -= 1;
    if (pull.waiters === 0 && this.#underWay.get(imageRef) === pull) this.#underWay.delete(imageRef);
    return outcome;
  }

  #launch(imageRef: string): Pull {
    this.#pulls.push(imageRef);
    const pull = { end: Promise.resolve(this.#known.get(imageRef)?.pullTakes).then(() => 'done'), waiters: 0 };
    this.#underWay.set(imageRef, pull);
    return pull;
  }
}

function unlessAborted(signal: AbortSignal, end: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    const abort = () => resolve('aborted');
    signal.addEventListener('abort', abort);
    void end.then((outcome) => {
      signal.removeEventListener('abort', abort);
      resolve(outcome);
    });
  });
}
