export { EngineHttpClient, type EngineHttpOptions } from './engine-http-client.js';
