export type {
  ContainerLimits,
  DockerDeadlines,
  DockerEngineOptions,
  EventLimits,
  PullLimits,
  RegistryAuth,
} from './client/docker-engine-options.js';
export { DockerContainerEngine } from './docker-container-engine.js';
export { DockerContainerFleet } from './docker-container-fleet.js';
