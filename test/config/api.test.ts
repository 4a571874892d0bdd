import { describe, expect, test } from 'vitest';
import { certificate } from '../support/certificate.ts';
import { load, problems } from './rig.ts';

const api = (lines: string): string => `api:\n${lines.replaceAll(/^(?=.)/gm, '  ')}\napps: {}\n`;

test.each([
  ['127.0.0.1:7460', { host: '127.0.0.1', port: 7460 }],
  ['localhost:7460', { host: 'localhost', port: 7460 }],
  ['"[::1]:7460"', { host: '::1', port: 7460 }],
])('listens on %s', async (listen, address) => {
  expect((await load(api(`listen: ${listen}`))).api).toEqual({
    ...address,
    tls: undefined,
    anonymous: undefined,
    trustedProxies: [],
  });
});

test('without the section there is no API on TCP', async () => {
  expect((await load('apps: {}')).api).toBeUndefined();
});

test('a certificate and its key are read, watched, and part of what a change is', async () => {
  const [one, two] = [certificate(), certificate()];
  const text = api('listen: 0.0.0.0:7460\ntls: {cert: tls/cert.pem, key: tls/key.pem}');
  const first = await load(text, { files: { 'tls/cert.pem': one.cert, 'tls/key.pem': one.key } });
  expect(first.api).toMatchObject({ host: '0.0.0.0', tls: { cert: one.cert } });
  expect(first.api?.tls?.key.reveal()).toBe(one.key);
  expect(JSON.stringify(first)).not.toContain('PRIVATE KEY');
  expect(first.files.map((file) => file.split('/').at(-1))).toEqual(expect.arrayContaining(['cert.pem', 'key.pem']));
  const second = await load(text, { files: { 'tls/cert.pem': two.cert, 'tls/key.pem': two.key } });
  expect(second.api?.tls?.cert).toBe(two.cert);
});

describe('is refused, with the reason:', () => {
  test.each(['0.0.0.0:7460', 'harbor.example.org:7460', '"[::]:7460"', '127.0.0.1.example.org:7460'])(
    'plain HTTP on %s',
    async (listen) => {
      expect(await problems(api(`listen: ${listen}`))).toContain('api.listen: is an address that others can reach');
      expect((await load(api(`listen: ${listen}\ninsecure: true`))).api).toMatchObject({ port: 7460 });
    },
  );

  test.each(['7460', ':7460', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', 'http://127.0.0.1:7460', '[::1:7460'])(
    'the address %s',
    async (listen) => {
      expect(await problems(api(`listen: "${listen}"`))).toContain('api.listen: must be an address and a port');
    },
  );

  test('a certificate that is none, a key that is none, or of another', async () => {
    const [one, two] = [certificate(), certificate()];
    const text = api('listen: 0.0.0.0:7460\ntls: {cert: c, key: k}');
    const fault = (c: string, k: string) => problems(text, { files: { c, k } });
    expect(await fault('nonsense', one.key)).toMatch(/api\.tls\.cert: .*which holds no certificate in PEM/);
    expect(await fault(one.cert, 'nonsense')).toMatch(/api\.tls\.key: .*which holds no private key in PEM/);
    expect(await fault(one.cert, two.key)).toMatch(/api\.tls\.key: .*which is not the key of this certificate/);
    expect(await problems(text)).toMatch(/api\.tls\.cert: names the file c, which does not exist/);
  });

  test('what nobody may without a token, and a proxy that is no address', async () => {
    expect(await problems(api('listen: 127.0.0.1:7460\nanonymous: admin'))).toContain('api.anonymous: must be viewer');
    expect(await problems(api('listen: 127.0.0.1:7460\ntrusted_proxies: [nginx]'))).toContain('must be an IP address');
  });
});
