import { ApiRefusal } from './api-refusal.js';

// The name of each endpoint in audits and injections, its method, and its path. Only the name of an image may hold slashes.
const ROUTES = [
  ['ping', 'GET', /^\/_ping$/],
  ['ping', 'HEAD', /^\/_ping$/],
  ['version', 'GET', /^\/version$/],
  ['info', 'GET', /^\/info$/],
  ['events', 'GET', /^\/events$/],
  ['list', 'GET', /^\/containers\/json$/],
  ['create', 'POST', /^\/containers\/create$/],
  ['inspect', 'GET', /^\/containers\/(?<target>[^/]+)\/json$/],
  ['start', 'POST', /^\/containers\/(?<target>[^/]+)\/start$/],
  ['stop', 'POST', /^\/containers\/(?<target>[^/]+)\/stop$/],
  ['kill', 'POST', /^\/containers\/(?<target>[^/]+)\/kill$/],
  ['pause', 'POST', /^\/containers\/(?<target>[^/]+)\/pause$/],
  ['unpause', 'POST', /^\/containers\/(?<target>[^/]+)\/unpause$/],
  ['remove', 'DELETE', /^\/containers\/(?<target>[^/]+)$/],
  ['pull', 'POST', /^\/images\/create$/],
  ['image_inspect', 'GET', /^\/images\/(?<target>.+)\/json$/],
  ['network_list', 'GET', /^\/networks$/],
  ['network_create', 'POST', /^\/networks\/create$/],
  ['network_inspect', 'GET', /^\/networks\/(?<target>[^/]+)$/],
  ['network_remove', 'DELETE', /^\/networks\/(?<target>[^/]+)$/],
] as const;

export type Endpoint = (typeof ROUTES)[number][0];

/** One call, after its request was read. */
export interface ApiCall {
  readonly endpoint: Endpoint;
  /** The container, image or network that the path names, '' for none. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** The JSON of the body; undefined when there is none. */
  readonly body: unknown;
}

/** The newest version of the API that the fake daemon knows. */
export const API_VERSION = '1.41';
const OLDEST_VERSION = '1.12';

/** Finds the endpoint of a request. @throws ApiRefusal when its path, method or version is unknown. */
export function endpointOf(method: string, url: string): Omit<ApiCall, 'body'> {
  const { pathname, searchParams } = new URL(url, 'http://docker');
  const { version, path = '' } = /^(?:\/v(?<version>\d+\.\d+))?(?<path>\/.*)$/.exec(pathname)?.groups ?? {};
  if (version !== undefined) checkVersion(version);
  for (const [endpoint, its, pattern] of ROUTES) {
    const match = its === method ? pattern.exec(path) : null;
    if (match !== null) return { endpoint, target: decodeURIComponent(match.groups?.['target'] ?? ''), query: searchParams };
  }
  throw new ApiRefusal(404, 'page not found');
}

function checkVersion(version: string): void {
  if (minor(version) > minor(API_VERSION))
    throw new ApiRefusal(400, `client version ${version} is too new. Maximum supported API version is ${API_VERSION}`);
  if (minor(version) < minor(OLDEST_VERSION))
    throw new ApiRefusal(
      400,
      `client version ${version} is too old. Minimum supported API version is ${OLDEST_VERSION}, please upgrade your client to a newer version`,
    );
}

const minor = (version: string) => Number(version.split('.')[0]) * 1000 + Number(version.split('.')[1]);
