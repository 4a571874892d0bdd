import { describe, expect, test } from 'vitest';
import { candidatePaths, discover } from '../../src/core/compose-files.ts';

const among =
  (...paths: readonly string[]) =>
  (path: string) =>
    paths.includes(path);

describe('the compose file is found as Compose finds it', () => {
  test('each name beats those that come after it', () => {
    const names = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
    for (const [index, name] of names.entries()) {
      expect(discover('.', among(...names.slice(index)))).toEqual([name]);
    }
  });

  test('the first override that exists is added, whatever the file is called', () => {
    const overrides = [
      'compose.override.yml',
      'compose.override.yaml',
      'docker-compose.override.yml',
      'docker-compose.override.yaml',
    ];
    for (const [index, name] of overrides.entries()) {
      const exists = among('docker-compose.yml', ...overrides.slice(index));
      expect(discover('.', exists)).toEqual(['docker-compose.yml', name]);
    }
  });

  test('an override alone is no compose file', () => {
    expect(discover('.', among('compose.override.yml'))).toEqual([]);
  });

  test('only the folder itself is looked at, no folder above it', () => {
    expect(discover('apps/shop', among('compose.yaml', 'apps/compose.yaml'))).toEqual([]);
    expect(discover('apps/shop', among('apps/shop/compose.yml'))).toEqual(['apps/shop/compose.yml']);
  });

  test('every path that discovery may look at is a candidate, so that it counts when it comes', () => {
    const asked: string[] = [];
    discover('a', (path) => {
      asked.push(path);
      return path === 'a/docker-compose.yaml';
    });
    expect(candidatePaths('a')).toEqual(expect.arrayContaining(asked));
    expect(candidatePaths('a')).toHaveLength(8);
  });
});
