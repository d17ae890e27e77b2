export { type ContainerEngineLimits, type ContainerEngineUnderTest, containerEngineContract } from './container-engine.contract.js';
export { type EngineClientLimits, type EngineClientUnderTest, engineClientContract } from './engine-client.contract.js';
