import { expect, it } from 'vitest';
import { pullFailureReason } from './pull-failure.js';

it.each([
  ['toomanyrequests: You have reached your pull rate limit.', 'rate_limited'],
  ['received unexpected HTTP status: 429 Too Many Requests', 'rate_limited'],
  ['no matching manifest for linux/amd64 in the manifest list entries', 'wrong_platform'],
  ['failed to register layer: write /x: no space left on device', 'no_space'],
  ["pull access denied for x, repository does not exist or may require 'docker login'", 'access_denied'],
  ['Head "https://r/v2/x/manifests/1": unauthorized: authentication required', 'access_denied'],
  ['Get "https://r/v2/": no basic auth credentials', 'access_denied'],
  ['manifest for localhost:5000/x:1 not found: manifest unknown', 'not_found'],
  ['failed to resolve reference "docker.io/library/x:1": docker.io/library/x:1: not found', 'not_found'],
  ['dial tcp: lookup registry.example: no such host', 'failed'],
  ['unexpected EOF', 'failed'],
])('reads %s', (message, reason) => {
  expect(pullFailureReason(message)).toBe(reason);
});
