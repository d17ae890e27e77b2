export {
  type JobResultPublisherLimits,
  type JobResultPublisherUnderTest,
  jobResultPublisherContract,
} from './job-result-publisher.contract.js';
export { LATER, record } from './record-sample.js';
export { runtimeManagerContract } from './runtime-manager.contract.js';
export type { RuntimeManagerLimits, RuntimeManagerUnderTest } from './runtime-manager-under-test.js';
export { type RuntimeRecordStoreUnderTest, runtimeRecordStoreContract } from './runtime-record-store.contract.js';
export { type StreamOffsetStoreUnderTest, streamOffsetStoreContract } from './stream-offset-store.contract.js';
export { type Closable, type Outage, type OutageLimits, type SeenEntry, type ServerUnderTest, using } from './under-test.js';
