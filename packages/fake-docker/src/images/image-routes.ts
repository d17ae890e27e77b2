import { ApiRefusal } from '../api/api-refusal.js';
import type { ApiCall } from '../api/endpoints.js';
import type { Reply } from '../api/reply.js';
import { json } from '../api/reply.js';
import type { FakeDaemon } from '../fake-daemon.js';
import { imageNameOf, shownName } from './image-name.js';
import type { FakeImage } from './image-shelf.js';
import { writePull } from './pull-report.js';

/** The handlers of calls about images. */
export const imageRoutes = {
  image_inspect: (daemon: FakeDaemon, { target }: ApiCall): Reply => json(inspectView(found(daemon, target))),
  pull: (daemon: FakeDaemon, { query }: ApiCall): Reply => {
    const [name, tag] = [query.get('fromImage') ?? '', query.get('tag') ?? 'latest'];
    const image = daemon.images.published(name + (tag.startsWith('sha256:') ? '@' : ':') + tag);
    if (image === null) throw new ApiRefusal(404, `manifest for ${name}:${tag} not found: manifest unknown: manifest unknown`);
    const { refusal } = image.pull;
    if (refusal !== undefined) throw new ApiRefusal(refusal.status, refusal.message);
    return { kind: 'stream', write: (response) => void writePull(daemon, image, response) };
  },
};

function found(daemon: FakeDaemon, target: string): FakeImage {
  const image = lookUp(daemon, target);
  if (image !== null) return image;
  const name = imageNameOf(target);
  throw new ApiRefusal(404, `no such image: ${target}: No such image: ${name === null ? target : shownName(name)}`);
}

function lookUp(daemon: FakeDaemon, target: string): FakeImage | null {
  try {
    return daemon.images.find(target);
  } catch (error) {
    throw error instanceof ApiRefusal ? new ApiRefusal(error.status, `no such image: ${target}: ${error.message}`) : error;
  }
}

function inspectView({ id, ref, digest, labels, platform, behaviour }: FakeImage): object {
  const repository = ref.replace(/[:@][^/]*$/, '');
  return {
    Id: id,
    RepoTags: [ref],
    RepoDigests: [`${repository}@${digest}`],
    Created: '1970-01-01T00:00:00Z',
    Config: { User: '65532:65532', Entrypoint: [behaviour.missingProgram ?? '/engine'], Labels: labels, StopSignal: 'SIGTERM' },
    Os: platform.os,
    Architecture: platform.architecture,
    Size: 0,
  };
}
