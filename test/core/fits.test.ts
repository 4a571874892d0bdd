import { expect, test } from 'vitest';
import { type Fit, fitsContainer, fitsDigits, fitsImage } from '../../src/core/fits.ts';

const digest = 'ab12cd34'.padEnd(64, '0');
const image = `registry.example.org:5000/shop/web:1.28@sha256:${digest}`;
const imageId = `sha256:${'9'.repeat(64)}`;

test.each<[string, Fit]>([
  [image, 'whole'],
  ['registry.example.org:5000/shop/web:1.28', 'whole'],
  ['registry.example.org:5000/shop/web', 'whole'],
  ['shop/web:1.28', 'whole'],
  ['web', 'whole'],
  ['web:1.28', 'whole'],
  [`web@sha256:${digest}`, 'whole'],
  [`sha256:${digest}`, 'whole'],
  ['sha256:ab12cd', 'whole'],
  ['ab12cd34', 'whole'],
  ['999999999999', 'whole'],
  ['ab12c', undefined],
  ['web:1.27', undefined],
  ['eb', undefined],
  ['op/web', undefined],
  [`web@sha256:${'1'.repeat(64)}`, undefined],
  ['b12cd34', undefined],
  ['not an image', undefined],
])('the image fits %s: %s', (wanted, fit) => {
  expect(fitsImage(wanted, { image, imageId })).toBe(fit);
});

test('an image that only the engine has goes by its id, and one that nobody knows by nothing', () => {
  expect(fitsImage('sha256:999999', { image: imageId, imageId })).toBe('whole');
  expect(fitsImage('web', { image: imageId, imageId })).toBeUndefined();
  expect(fitsImage('web', { image: undefined, imageId: undefined })).toBeUndefined();
});

test.each<[string, string | undefined, Fit]>([
  ['shop-web-1', 'shop-web-1', 'whole'],
  ['shop-web', 'shop-web-1', 'part'],
  ['web-1', 'shop-web-1', undefined],
  ['c0ffee', undefined, 'whole'],
  ['c0ffe', undefined, undefined],
  ['0ffee0', undefined, undefined],
])('the container fits %s, called %s: %s', (wanted, name, fit) => {
  expect(fitsContainer(wanted, { id: 'c0ffee'.padEnd(64, '0'), name })).toBe(fit);
});

test('digits are those of the beginning', () => {
  expect(fitsDigits('9d3e41', '9d3e41c2f0')).toBe('whole');
  expect(fitsDigits('9d3e41', undefined)).toBeUndefined();
  expect(fitsDigits('release', 'release')).toBeUndefined();
});
