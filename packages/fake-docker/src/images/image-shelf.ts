import { createHash } from 'node:crypto';
import { ApiRefusal } from '../api/api-refusal.js';
import type { EngineBehaviour } from '../containers/engine-behaviour.js';
import { imageNameOf, shownName } from './image-name.js';

/** How a pull of an image goes. By default it succeeds at once. */
interface PullBehaviour {
  /** Milliseconds that it takes; default 0. */
  readonly ms?: number;
  /** The daemon refuses the pull with this status, before it sends a report. */
  readonly refusal?: { readonly status: number; readonly message: string };
  /** The report ends with this error. */
  readonly error?: string;
  /** The report begins and never continues. */
  readonly stalls?: boolean;
  /** The report is cut in the middle. */
  readonly cut?: boolean;
}

/** How to make an image. */
export interface ImageOptions {
  readonly behaviour?: EngineBehaviour;
  readonly labels?: Readonly<Record<string, string>>;
  /** Default `linux` on `amd64`, as for the daemon itself. */
  readonly platform?: { readonly os: string; readonly architecture: string };
  readonly pull?: PullBehaviour;
}

/** One image, on the daemon or in the registry. */
export interface FakeImage {
  /** As the daemon shows it, e.g. `galaxy/demo-engine:1.0.0`. */
  readonly ref: string;
  readonly id: string;
  readonly digest: string;
  readonly behaviour: EngineBehaviour;
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: { readonly os: string; readonly architecture: string };
  readonly pull: PullBehaviour;
}

/** The images of one fake daemon, and those that it can pull: there is no registry behind it. */
export class ImageShelf {
  readonly #loaded = new Map<string, FakeImage>();
  readonly #published = new Map<string, FakeImage>();

  /** Adds an image to the daemon, as `docker load` does. It replaces an image with the same name. */
  load(ref: string, options: ImageOptions = {}): FakeImage {
    return this.#put(this.#loaded, ref, options);
  }

  /** Makes an image available for pulls. */
  publish(ref: string, options: ImageOptions = {}): FakeImage {
    return this.#put(this.#published, ref, options);
  }

  /** Removes an image from the daemon. Its containers go on. */
  unload(ref: string): void {
    this.#loaded.delete(keyOf(ref));
  }

  /** Removes all images from the daemon. Published images stay available. */
  reset(): void {
    this.#loaded.clear();
  }

  /** The image with this name on the daemon; null when it has none. @throws ApiRefusal when the name is invalid. */
  find(ref: string): FakeImage | null {
    return this.#loaded.get(keyOf(ref)) ?? null;
  }

  /** The published image with this name; null when there is none. @throws ApiRefusal when the name is invalid. */
  published(ref: string): FakeImage | null {
    return this.#published.get(keyOf(ref)) ?? null;
  }

  /** Adds a pulled image to the daemon, under its tag and its digest. */
  keep(image: FakeImage): void {
    this.#loaded.set(keyOf(image.ref), image);
    this.#loaded.set(digestKey(image), image);
  }

  /** The number of images on the daemon. */
  get size(): number {
    return new Set(this.#loaded.values()).size;
  }

  #put(shelf: Map<string, FakeImage>, ref: string, options: ImageOptions): FakeImage {
    const { behaviour = {}, labels = {}, platform = { os: 'linux', architecture: 'amd64' }, pull = {} } = options;
    const name = imageNameOf(ref);
    if (name === null) throw new TypeError(`${ref} is no image name`);
    const image: FakeImage = { ref: shownName(name), id: hash(`id ${ref}`), digest: hash(ref), behaviour, labels, platform, pull };
    shelf.set(keyOf(ref), image);
    shelf.set(digestKey(image), image);
    return image;
  }
}

const hash = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

function keyOf(ref: string): string {
  const name = imageNameOf(ref);
  if (name === null) throw new ApiRefusal(400, 'invalid reference format: repository name must be lowercase');
  return name.repository + name.suffix;
}

function digestKey({ ref, digest }: FakeImage): string {
  return `${imageNameOf(ref)?.repository ?? ''}@${digest}`;
}
