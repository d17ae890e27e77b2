import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { resolveImageRef } from './resolve-image-ref.js';

describe('resolveImageRef', () => {
  it.each([
    ['galaxy/engine:{engine_version}', '1.4.2', 'galaxy/engine:1.4.2'],
    [
      'registry.example.com:5000/galaxy/engine:v{engine_version}-slim',
      '1.4.2-rc.1',
      'registry.example.com:5000/galaxy/engine:v1.4.2-rc.1-slim',
    ],
    ['galaxy/engine-{engine_version}:{engine_version}', '2', 'galaxy/engine-2:2'],
  ])('%s with %s is %s', (template, version, imageRef) => {
    expect(resolveImageRef(template, version)).toBe(imageRef);
  });

  it.each([
    ['a template without the placeholder', 'galaxy/engine:1.4.2', '1.4.2'],
    ['an empty template', '', '1.4.2'],
    ['an empty version', 'galaxy/engine:{engine_version}', ''],
    ['a version that is no tag', 'galaxy/engine:{engine_version}', '1.4.2+build'],
    ['a version that would change the image', 'galaxy/{engine_version}', 'evil/engine:1'],
    ['a version that is a placeholder', 'galaxy/engine:{engine_version}', '{engine_version}'],
    ['a version with a line break at its end', 'galaxy/engine:{engine_version}', '1.4.2\n'],
    ['a version of more than 128 characters', 'galaxy/engine:{engine_version}', '1'.repeat(129)],
    ['a template that gives no image reference', 'Galaxy Engine:{engine_version}', '1.4.2'],
    ['a template that gives no tag', 'galaxy/engine-{engine_version}', '1.4.2'],
    ['a version in capitals where capitals are not allowed', 'galaxy/engine-{engine_version}:1', 'RC1'],
  ])('refuses %s', (_, template, version) => {
    expect(() => resolveImageRef(template, version)).toThrow(InvalidInputError);
  });
});
