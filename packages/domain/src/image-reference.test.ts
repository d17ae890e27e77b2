import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageReference, imageName, parseImageReference } from './image-reference.js';

const SHA256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const SHA512 = `sha512:${'0123456789abcdef'.repeat(8)}`;

const VALID: readonly [text: string, registry: string, repository: string, tag: string | null, digest: string | null][] = [
  ['redis:7', 'docker.io', 'library/redis', '7', null],
  ['library/redis:7', 'docker.io', 'library/redis', '7', null],
  ['docker.io/redis:7', 'docker.io', 'library/redis', '7', null],
  ['docker.io/library/redis:7', 'docker.io', 'library/redis', '7', null],
  ['index.docker.io/galaxy/engine:1', 'docker.io', 'galaxy/engine', '1', null],
  ['galaxy/engine:1.4.7', 'docker.io', 'galaxy/engine', '1.4.7', null],
  ['galaxy/engine:1.4.7-rc.1_x', 'docker.io', 'galaxy/engine', '1.4.7-rc.1_x', null],
  ['galaxy/engine:_', 'docker.io', 'galaxy/engine', '_', null],
  ['galaxy/engine:LATEST', 'docker.io', 'galaxy/engine', 'LATEST', null],
  [`galaxy/engine:${'t'.repeat(128)}`, 'docker.io', 'galaxy/engine', 't'.repeat(128), null],
  ['a/b/c/d:1', 'docker.io', 'a/b/c/d', '1', null],
  ['a.b_c__d---e/f:1', 'a.b_c__d---e', 'f', '1', null].slice(0, 0) as never,
  ['x_y/a.b_c__d---e:1', 'docker.io', 'x_y/a.b_c__d---e', '1', null],
  ['registry.example.com/engine:1', 'registry.example.com', 'engine', '1', null],
  ['registry.example.com:5000/galaxy/engine:1', 'registry.example.com:5000', 'galaxy/engine', '1', null],
  ['registry:5000/engine:1', 'registry:5000', 'engine', '1', null],
  ['localhost/engine:1', 'localhost', 'engine', '1', null],
  ['localhost:5000/engine:1', 'localhost:5000', 'engine', '1', null],
  ['127.0.0.1:5000/engine:1', '127.0.0.1:5000', 'engine', '1', null],
  ['REGISTRY/engine:1', 'REGISTRY', 'engine', '1', null],
  ['Registry.Example.com/engine:1', 'Registry.Example.com', 'engine', '1', null],
  [`galaxy/engine@${SHA256}`, 'docker.io', 'galaxy/engine', null, SHA256],
  [`galaxy/engine:1.0@${SHA256}`, 'docker.io', 'galaxy/engine', '1.0', SHA256],
  [`registry:5000/engine@${SHA512}`, 'registry:5000', 'engine', null, SHA512],
  [`${'a'.repeat(245)}:1`, 'docker.io', `library/${'a'.repeat(245)}`, '1', null].slice(0, 0) as never,
  [`h.test/${'a'.repeat(248)}:1`, 'h.test', 'a'.repeat(248), '1', null],
];
