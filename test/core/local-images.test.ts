import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseImageRef } from '../../src/core/image-ref.ts';
import { localRepository } from '../../src/core/local-images.ts';

test('an ordinary name stays as it is', () => {
  expect(localRepository('shop', 'web-api_2')).toBe('harbormaster.local/shop/web-api_2');
});

test('every name that Compose allows for a service makes a reference that the engine takes', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9._-]{1,40}$/);
  fc.assert(
    fc.property(name, (service) => {
      expect(parseImageRef(`${localRepository('shop', service)}:keep-0123456789abcdef`)).toBeDefined();
    }),
  );
});

test('services that differ in a letter’s case, or in a dot, keep images of their own', () => {
  const names = ['web', 'Web', 'WEB', 'we.b', 'we..b', '-web', 'web-', '...'];
  expect(new Set(names.map((name) => localRepository('shop', name))).size).toBe(names.length);
});
