import { DockerContainerEngine, DockerContainerFleet, type DockerEngineOptions } from '@galaxy/adapter-docker';
import type { ContainerEngine, ContainerFleet } from '@galaxy/manager-ports';
import type { Config } from '../config/schema.js';
import type { Probe } from '../http/readiness.js';

/** The ports on a container engine. */
interface Containers {
  readonly engine: ContainerEngine;
  readonly fleet: ContainerFleet;
}

/** A container engine. Its ports can be opened when the installation's name is known; the probe works before that. */
export interface EnginePart {
  readonly probe: Probe;
  readonly open: (instance: string) => Containers;
  readonly close: () => Promise<void>;
}

/** A Docker-compatible engine. */
export function dockerServer(host: string, config: Config): EnginePart {
  const open = (instance: string): Containers => {
    const options = dockerOptions(host, instance, config);
    return { engine: new DockerContainerEngine(options), fleet: new DockerContainerFleet(options) };
  };
  // The probe needs no installation name, so it does not have to wait for the database.
  const { engine: probed } = open('readiness');
  return { probe: { name: 'container_engine', check: () => probed.ping() }, open, close: () => Promise.resolve() };
}

function dockerOptions(host: string, instance: string, config: Config): DockerEngineOptions {
  return {
    host,
    instance,
    network: config.RTMANAGER_DOCKER_NETWORK,
    addressing: config.RTMANAGER_ENGINE_ADDRESSING,
    pullPolicy: config.RTMANAGER_IMAGE_PULL_POLICY,
    limits: { memoryBytes: config.RTMANAGER_ENGINE_MEMORY, cpus: config.RTMANAGER_ENGINE_CPUS, pids: config.RTMANAGER_ENGINE_PIDS },
    ...(config.RTMANAGER_ENGINE_STATE_ROOT === undefined ? {} : { stateRoot: config.RTMANAGER_ENGINE_STATE_ROOT }),
  };
}
