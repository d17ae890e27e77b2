// Builds the demo engine's images without any registry and loads them into a container engine.
// usage: npm run engine-images -- [unix:///var/run/docker.sock | tcp://host:port]
import { buildEngineImages, dockerApi, engineImages } from '@galaxy/testing';

const host = process.argv[2] ?? process.env['RTMANAGER_DOCKER_HOST'] ?? process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';

await buildEngineImages(dockerApi(host));
console.log(`loaded into ${host}:\n${Object.values(engineImages).join('\n')}`);
