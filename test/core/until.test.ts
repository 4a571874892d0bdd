import { describe, expect, test } from 'vitest';
import { parseUntil, untilText } from '../../src/core/until.ts';

const now = new Date('2026-11-20T12:00:00Z');
const meant = (text: string): string | undefined => parseUntil(text, now)?.toISOString();

describe('until when somebody means', () => {
  test.each([
    ['30m', '2026-11-20T12:30:00.000Z'],
    ['2h', '2026-11-20T14:00:00.000Z'],
    ['3d', '2026-11-23T12:00:00.000Z'],
    ['1d12h', '2026-11-22T00:00:00.000Z'],
    ['1w', '2026-11-27T12:00:00.000Z'],
    [' 45s ', '2026-11-20T12:00:45.000Z'],
    ['2026-11-21T18:00Z', '2026-11-21T18:00:00.000Z'],
    ['2026-11-21T18:00:30+01:00', '2026-11-21T17:00:30.000Z'],
  ])('%s', (text, moment) => expect(meant(text)).toBe(moment));

  test.each([
    ['2026-11-21T18:00', '2026-11-21T18:00:00.000Z'],
    ['2026-11-21 18:00', '2026-11-21T18:00:00.000Z'],
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
  ])('%s is UTC, whatever the zone of the host is', (text, moment) => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      expect(meant(text)).toBe(moment);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  test.each([
    '',
    '2',
    'h',
    '-2h',
    '2h30',
    '2 h',
    'tomorrow',
    '18:00',
    '2026-11-31',
    '2026-11-21T25:00Z',
    '2026-11-21T18:00Europe',
  ])('is not known of %j', (text) => expect(meant(text)).toBeUndefined());
});

test('an end is told in UTC, and that there is none', () => {
  expect(untilText('2026-11-21T18:00:00.000Z')).toBe('until 2026-11-21 18:00:00 UTC');
  expect(untilText(undefined)).toBe('until somebody resumes it');
});
