import type { ServerResponse } from 'node:http';
import type { FakeDaemon } from '../fake-daemon.js';
import type { FakeImage } from './image-shelf.js';

const STEPS = 4;

/** Writes the report of a pull line by line, and adds the image to the daemon at its end. If the reader goes before, it pulls nothing. */
export async function writePull(daemon: FakeDaemon, image: FakeImage, response: ServerResponse): Promise<void> {
  const { stalls = false, cut = false, error } = image.pull;
  const line = (content: object) => response.write(`${JSON.stringify(content)}\r\n`);
  line({ status: `Pulling from ${image.ref.replace(/:[^/]*$/, '')}`, id: image.ref.split(':').at(-1) });
  if (stalls || !(await download(daemon, image, response, line))) return;
  if (cut) return void response.destroy();
  finish(daemon, image, line, error ?? (daemon.injections.diskFull ? NO_SPACE : null));
  response.end();
}

/** False when the daemon or the reader is gone before the end. */
async function download(
  { run }: FakeDaemon,
  image: FakeImage,
  response: ServerResponse,
  line: (content: object) => void,
): Promise<boolean> {
  const { ms = 0 } = image.pull;
  for (let step = 1; step <= STEPS && !response.destroyed; step += 1) {
    line({ status: 'Downloading', progressDetail: { current: step, total: STEPS }, id: image.digest.slice(7, 19) });
    if (ms > 0) await run.for(ms / STEPS).catch(() => response.destroy());
  }
  return !response.destroyed;
}

const NO_SPACE = 'failed to register layer: write /var/lib/docker/tmp/GetImageBlob: no space left on device';

function finish(daemon: FakeDaemon, image: FakeImage, line: (content: object) => void, error: string | null): void {
  if (error !== null) return line({ errorDetail: { message: error }, error });
  daemon.images.keep(image);
  daemon.events.image('pull', image.ref);
  line({ status: `Digest: ${image.digest}` });
  line({ status: `Status: Downloaded newer image for ${image.ref}` });
}
