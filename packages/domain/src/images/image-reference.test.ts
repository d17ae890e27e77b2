import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageReference, imageName, parseImageReference } from './image-reference.js';

const SHA256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const SHA512 = `sha512:${'0123456789abcdef'.repeat(8)}`;

type Parts = readonly [registry: string, repository: string, tag: string | null, digest: string | null];

const VALID: readonly (readonly [text: string, ...parts: Parts])[] = [
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
  ['my.engine:1', 'docker.io', 'library/my.engine', '1', null],
  ['a/b/c/d:1', 'docker.io', 'a/b/c/d', '1', null],
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
  [`h.test/${'a'.repeat(248)}:1`, 'h.test', 'a'.repeat(248), '1', null],
  [`h.test/${'a'.repeat(240)}:${'t'.repeat(128)}@${SHA512}`, 'h.test', 'a'.repeat(240), 't'.repeat(128), SHA512],
];

const MALFORMED: readonly (readonly [text: string, reason: string])[] = [
  ['', 'a tag or a digest is required'],
  ['galaxy/engine', 'a tag or a digest is required'],
  ['registry:5000/engine', 'a tag or a digest is required'],
  ['galaxy/engine:', 'the tag'],
  ['galaxy/engine:.1', 'the tag'],
  ['galaxy/engine:-1', 'the tag'],
  ['galaxy/engine:1:2', 'the tag'],
  ['galaxy/engine:1 2', 'the tag'],
  ['galaxy/engine:1\n', 'the tag'],
  ['galaxy/engine:ü', 'the tag'],
  [`galaxy/engine:${'t'.repeat(129)}`, 'the tag'],
  ['https://registry/engine:1', 'the registry'],
  [':1', 'the repository'],
  ['/engine:1', 'the repository'],
  ['galaxy/:1', 'the repository'],
  ['galaxy//engine:1', 'the repository'],
  ['Engine:1', 'the repository'],
  ['galaxy/Engine:1', 'the repository'],
  ['galaxy/engine :1', 'the repository'],
  [' galaxy/engine:1', 'the repository'],
  ['galaxy/-engine:1', 'the repository'],
  ['galaxy/engine-:1', 'the repository'],
  ['galaxy/a..b:1', 'the repository'],
  ['galaxy/a___b:1', 'the repository'],
  ['galaxy/éngine:1', 'the repository'],
  ['galaxy/е:1', 'the repository'],
  ['galaxy/$(id):1', 'the repository'],
  ['galaxy/%2e%2e/engine:1', 'the repository'],
  ['galaxy/../engine:1', 'the repository'],
  ['registry.example.com/../engine:1', 'the repository'],
  ['../engine:1', 'the registry'],
  ['./engine:1', 'the registry'],
  ['[::1]:5000/engine:1', 'the registry'],
  ['registry:port/engine:1', 'the registry'],
  ['registry:/engine:1', 'the registry'],
  ['-registry.example.com/engine:1', 'the registry'],
  ['registry..example.com/engine:1', 'the registry'],
  ['a.b_c/engine:1', 'the registry'],
  ['user:pass@registry.example.com/engine:1', 'the digest'],
  ['galaxy/engine@', 'the digest'],
  ['galaxy/engine@sha256:abc', 'the digest'],
  [`galaxy/engine@${SHA256.toUpperCase()}`, 'the digest'],
  [`galaxy/engine@${SHA256}0`, 'the digest'],
  [`galaxy/engine@${SHA512}0`, 'the digest'],
  [`galaxy/engine@x${SHA512}`, 'the digest'],
  [`galaxy/engine@md5:${'0'.repeat(32)}`, 'the digest'],
  [`galaxy/engine@${SHA256}@${SHA256}`, 'the digest'],
  [`h.test/${'a'.repeat(249)}:1`, 'the name is longer than 255'],
  [`${'a'.repeat(238)}:1`, 'the name is longer than 255'],
  ['a/'.repeat(300), 'longer than 512'],
  [`h.test/${'a'.repeat(241)}:${'t'.repeat(128)}@${SHA512}`, 'longer than 512'],
];

function referenceOf(text: string): ImageReference | null {
  const check = parseImageReference(text);
  return check.kind === 'valid' ? check.reference : null;
}

describe('parseImageReference', () => {
  it.each(VALID)('takes %s apart', (text, registry, repository, tag, digest) => {
    expect(parseImageReference(text)).toEqual({ kind: 'valid', reference: { registry, repository, tag, digest } });
  });

  it.each(MALFORMED)('refuses %j: %s', (text, reason) => {
    expect(parseImageReference(text)).toEqual({ kind: 'malformed', reason: expect.stringContaining(reason) });
  });

  it('never throws, and what it accepts has a name, and a tag or a digest', () => {
    const near = fc.string({ unit: fc.constantFrom(...Array.from('ab/:@.-_AZ0')), maxLength: 40 });
    const any = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 600 });
    fc.assert(
      fc.property(fc.oneof(near, any), (text) => {
        const reference = referenceOf(text);
        if (reference === null) return;
        expect(imageName(reference)).toMatch(/^[A-Za-z0-9.:-]+(\/[a-z0-9._-]+)+$/);
        expect(reference.tag ?? reference.digest).not.toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('reads its own full form back', () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8})?$/);
    const registry = fc.constantFrom('docker.io', 'localhost', 'registry:5000', 'a.example.com', '10.0.0.1:80');
    const tag = fc.stringMatching(/^\w[\w.-]{0,20}$/);
    const digest = fc.constantFrom('', `@${SHA256}`, `@${SHA512}`);
    fc.assert(
      fc.property(registry, fc.array(component, { minLength: 2, maxLength: 4 }), tag, digest, (host, path, version, pinned) => {
        const reference = referenceOf(`${host}/${path.join('/')}:${version}${pinned}`);
        expect(reference).toEqual({ registry: host, repository: path.join('/'), tag: version, digest: pinned.slice(1) || null });
        expect(reference && imageName(reference)).toBe(`${host}/${path.join('/')}`);
      }),
    );
  });
});
