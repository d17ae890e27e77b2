import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { ApiRefusal } from '../api/api-refusal.js';
import type { FakeDaemon } from '../fake-daemon.js';
import { imageNameOf, shownName } from '../images/image-name.js';
import type { FakeImage } from '../images/image-shelf.js';
import type { ContainerBody, FakeContainer } from './fake-container.js';

/** Creates a container. Checks what the real daemon checks, in the same order. @throws ApiRefusal */
export function createContainer(daemon: FakeDaemon, name: string, body: ContainerBody | undefined): FakeContainer {
  if (body === undefined) throw new ApiRefusal(500, 'EOF');
  checkConfig(body);
  checkMounts(body);
  const image = imageFor(daemon, body.Image ?? '');
  if (daemon.injections.diskFull) throw new ApiRefusal(500, 'mkdir /var/lib/docker/overlay2/new-init: no space left on device');
  const plain = name.replace(/^\//, '') || `fake_${randomBytes(4).toString('hex')}`;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(plain))
    throw new ApiRefusal(400, `Invalid container name (${plain}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  const container = newContainer(plain, body, image);
  daemon.containers.add(container);
  daemon.audit.created(container);
  daemon.events.container('create', container);
  return container;
}

function checkConfig({ Image, Labels }: ContainerBody): void {
  if (Image === undefined && Labels === undefined) throw new ApiRefusal(400, 'Config cannot be empty in order to create a container');
  if (Image === undefined || Image === '') throw new ApiRefusal(400, 'No command specified');
}

function imageFor(daemon: FakeDaemon, ref: string): FakeImage {
  const image = daemon.images.find(ref);
  if (image !== null) return image;
  const name = imageNameOf(ref);
  throw new ApiRefusal(404, `No such image: ${name === null ? ref : shownName(name)}`);
}

function checkMounts({ HostConfig }: ContainerBody): void {
  for (const { Type, Source = '' } of HostConfig?.Mounts ?? [])
    if (Type === 'bind' && !existsSync(Source))
      throw new ApiRefusal(400, `invalid mount config for type "bind": bind source path does not exist: ${Source}`);
}

function newContainer(name: string, body: ContainerBody, image: FakeImage): FakeContainer {
  return {
    id: randomBytes(32).toString('hex'),
    name,
    body,
    image,
    labels: { ...image.labels, ...body.Labels },
    createdAt: new Date(),
    process: null,
    networkId: null,
    attachment: null,
    paused: false,
    removing: false,
    exitCode: 0,
    error: '',
    outOfMemory: false,
    startedAt: null,
    finishedAt: null,
  };
}
