export { DockerContainerEngine } from './docker-container-engine.js';
export type { ContainerLimits, DockerDeadlines, DockerEngineOptions, PullLimits, RegistryAuth } from './docker-engine-options.js';
