import { expect, test } from 'vitest';
import { placeholder } from '../../src/core/placeholder.ts';
import { isSameRepository } from '../../src/core/same-repository.ts';

test.each([
  'https://git.example.com/team/shop.git',
  'https://user:token@GIT.example.com/team/shop',
  'ssh://git@git.example.com:2222/team/shop.git',
  'git@git.example.com:team/shop.git',
  'git.example.com:/team/shop/',
])('%s is the one repository', (url) => {
  expect(isSameRepository(url, 'https://git.example.com/team/shop')).toBe(true);
});

test.each([
  'https://git.example.com/team/shop2',
  'https://git.example.com/Team/shop',
  'https://git.example.org/team/shop',
  'https://git.example.com/shop',
  '/srv/team/shop',
])('%s is another one', (url) => {
  expect(isSameRepository(url, 'https://git.example.com/team/shop.git')).toBe(false);
});

test('a path of this machine stands for itself', () => {
  expect(isSameRepository('/srv/git/shop.git', '/srv/git/shop')).toBe(true);
});

test('a placeholder is always the same for a name, and passes for a port', () => {
  expect(placeholder('PASSWORD')).toBe(placeholder('PASSWORD'));
  expect(placeholder('PASSWORD')).not.toBe(placeholder('PASSWORT'));
  for (const name of ['', 'A', 'PORT', '${x}']) {
    expect(placeholder(name)).toMatch(/^\d{5}$/);
    expect(Number(placeholder(name))).toBeLessThan(65_536);
  }
});
