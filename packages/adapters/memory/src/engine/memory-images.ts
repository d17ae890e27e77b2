import type { ImageOutcome, PullFailureReason } from '@galaxy/manager-ports';

/** How an image of the memory engine behaves. By default it can be pulled at once, and its engine is healthy. */
export interface MemoryImage {
  /** Why a pull fails; default: it does not fail. */
  readonly pullFails?: PullFailureReason;
  /** A pull takes until this promise resolves; default: no time. */
  readonly pullTakes?: Promise<unknown>;
  /** How the engine behaves after its container is started; default `healthy`. */
  readonly runs?: 'healthy' | 'never-ready' | 'exits-early' | 'refuses-start' | 'ignores-sigterm';
  /** The exit code with `exits-early`; default 1. */
  readonly exitCode?: number;
}

interface Pull {
  readonly end: Promise<unknown>;
  waiters: number;
}

/** The images of the memory engine. Each is pulled once; calls for the same image share a pull. */
export class MemoryImages {
  readonly #known = new Map<string, MemoryImage>();
  readonly #present = new Set<string>();
  readonly #underWay = new Map<string, Pull>();
  readonly #pulls: string[] = [];

  /** The image references of all pulls so far, oldest first. */
  get pulls(): readonly string[] {
    return this.#pulls;
  }

  add(imageRef: string, image: MemoryImage): void {
    this.#known.set(imageRef, image);
  }

  /** The image; undefined until it was pulled. */
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
