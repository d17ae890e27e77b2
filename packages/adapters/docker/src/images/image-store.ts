import type { ImageReference } from '@galaxy/domain';
import { imageName } from '@galaxy/domain';
import type { ImageOutcome, PullFailureReason } from '@galaxy/manager-ports';
import type Docker from 'dockerode';
import { z } from 'zod';
import { callDocker } from '../client/call-docker.js';
import type { DockerConnection } from '../client/docker-connection.js';
import type { DockerEngineSettings } from '../client/docker-engine-options.js';
import { answerFault, refusalFault } from '../client/docker-faults.js';
import { readDocker } from '../client/docker-reads.js';
import { pullImage } from './image-puller.js';
import { Semaphore } from './semaphore.js';
import { SingleFlight } from './single-flight.js';

const Platform = z.object({ Os: z.string(), Architecture: z.string() });
const Version = z.object({ Os: z.string(), Arch: z.string() });

const AVAILABLE: ImageOutcome = { kind: 'available' };

/** The full image reference for the daemon: with the digest and without the tag when there is a digest, otherwise with the tag. */
export function daemonImage(image: ImageReference): string {
  return imageName(image) + (image.digest === null ? `:${image.tag ?? ''}` : `@${image.digest}`);
}

/** Makes images available on the daemon, by the configured pull policy. */
export class ImageStore {
  readonly #docker: DockerConnection;
  readonly #settings: DockerEngineSettings;
  readonly #shared = new SingleFlight<ImageOutcome>();
  readonly #semaphore: Semaphore;
  #platform: string | null = null;

  constructor(docker: DockerConnection, settings: DockerEngineSettings) {
    this.#docker = docker;
    this.#settings = settings;
    this.#semaphore = new Semaphore(settings.pull.concurrency, settings.pull.lineMs);
  }

  /**
   * Makes the image available. Concurrent calls for the same image share one pull.
   * @throws DependencyFault when the daemon does not answer.
   */
  async ensure(image: ImageReference, signal: AbortSignal): Promise<ImageOutcome> {
    const outcome = await this.#shared.join(daemonImage(image), signal, (abandoned) => this.#ensure(image, abandoned));
    return outcome === 'aborted' ? { kind: 'aborted' } : outcome;
  }

  async #ensure(image: ImageReference, abandoned: AbortSignal): Promise<ImageOutcome> {
    if (this.#settings.pullPolicy !== 'always') {
      const present = await this.#inspectPresent(image);
      if (present !== null) return present;
      if (this.#settings.pullPolicy === 'never')
        return unavailable('not_present', 'the image is not present, and the policy is never to pull');
    }
    return this.#pull(image, abandoned);
  }

  async #pull(image: ImageReference, abandoned: AbortSignal): Promise<ImageOutcome> {
    const parts = { docker: this.#docker.slow, limits: this.#settings.pull, authFor: this.#settings.authFor };
    const result = await this.#semaphore.run(abandoned, () => pullImage(parts, image, abandoned));
    if (result === null || abandoned.aborted) return { kind: 'aborted' };
    // Inspects also after a failure: if the daemon does not answer at all, that is a fault, and not a failure of the image.
    const present = await this.#inspectPresent(image);
    if (result.kind === 'failed') return unavailable(result.reason, result.message);
    return present ?? unavailable('failed', 'the pull succeeded, but the image is not present');
  }

  /** The outcome for an image that the daemon has; null when it has none. */
  async #inspectPresent(image: ImageReference): Promise<ImageOutcome | null> {
    const [found, platform] = await Promise.all([this.#inspect(image), this.#daemonPlatform()]);
    if (found === null || found === platform || found === ANY_PLATFORM) return found === null ? null : AVAILABLE;
    return unavailable('wrong_platform', `the image is for ${found}, the engine runs ${platform}`);
  }

  async #inspect(image: ImageReference): Promise<string | null> {
    const operation = 'inspect the image';
    const run = (signal: AbortSignal) => readDocker(this.#docker.quick, `/images/${daemonImage(image)}/json`, signal);
    const reply = await callDocker({ operation, deadlineMs: this.#settings.deadlines.inspect, run });
    if (reply.kind === 'gone') return null;
    if (reply.kind !== 'ok') throw refusalFault(operation, reply);
    const platform = Platform.safeParse(reply.value);
    if (!platform.success) throw answerFault(operation, platform.error);
    return `${platform.data.Os}/${platform.data.Architecture}`;
  }

  // Read once: the platform of a daemon does not change while the manager runs.
  async #daemonPlatform(): Promise<string> {
    return (this.#platform ??= await platformOf(this.#docker.quick, this.#settings.deadlines.inspect));
  }
}

// The platform of very old images, which do not name their architecture.
const ANY_PLATFORM = 'linux/';

async function platformOf(docker: Docker, deadlineMs: number): Promise<string> {
  const operation = 'ask for the version';
  const reply = await callDocker({ operation, deadlineMs, run: (signal) => readDocker(docker, '/version', signal) });
  if (reply.kind !== 'ok') throw refusalFault(operation, reply);
  const version = Version.safeParse(reply.value);
  if (!version.success) throw answerFault(operation, version.error);
  return `${version.data.Os}/${version.data.Arch}`;
}

function unavailable(reason: PullFailureReason, message: string): ImageOutcome {
  return { kind: 'unavailable', reason, message };
}
