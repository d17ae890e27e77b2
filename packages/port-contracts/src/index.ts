export { type ContainerEngineLimits, type ContainerEngineUnderTest, containerEngineContract } from './container-engine.contract.js';
export { type DeadLetterPublisherUnderTest, deadLetterPublisherContract } from './dead-letter-publisher.contract.js';
export { type EngineClientLimits, type EngineClientUnderTest, engineClientContract } from './engine-client.contract.js';
export { type JobResultPublisherUnderTest, jobResultPublisherContract } from './job-result-publisher.contract.js';
export { type JobStreamUnderTest, jobStreamContract } from './job-stream.contract.js';
export { type RuntimeManagerUnderTest, runtimeManagerContract } from './runtime-manager.contract.js';
export { type StreamOffsetStoreUnderTest, streamOffsetStoreContract } from './stream-offset-store.contract.js';
export type { SeenEntry, ServerUnderTest } from './under-test.js';
