export type { Endpoint } from './api/endpoints.js';
export type { Overlap } from './audit/overlaps.js';
export type { ContainerLife, Span } from './containers/container-life.js';
export type { EngineBehaviour } from './containers/engine-behaviour.js';
export type { FakeDockerOptions } from './fake-daemon.js';
export type { FakeDockerEngine } from './fake-docker-engine.js';
export { startFakeDockerEngine } from './fake-docker-engine.js';
export type { CallInjection, CallInjectionHandle, CallInjectionRule } from './injection/call-injections.js';
