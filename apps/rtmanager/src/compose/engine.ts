import { DockerContainerEngine, type DockerEngineOptions } from '@galaxy/adapter-docker';
import type { ContainerEngine } from '@galaxy/ports';
import type { Config } from '../config/schema.js';
import type { Probe } from '../http/readiness.js';

/** Where games run: a container engine once the name of the installation is known, and how to ask whether it answers. */
export interface EnginePart {
  readonly probe: Probe;
  readonly open: (instance: string) => ContainerEngine;
  readonly close: () => Promise<void>;
}

/** A Docker-compatible engine. */
export function dockerServer(host: string, config: Config): EnginePart {
  const open = (instance: string) => new DockerContainerEngine(dockerOptions(host, instance, config));
  // To ask whether the engine answers takes no name: it must not wait for the database.
  const asked = open('readiness');
  return { probe: { name: 'container_engine', check: () => asked.ping() }, open, close: () => Promise.resolve() };
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
