import { describe, expect, test } from 'vitest';
import { type Found, movedMounts, networkDifferences, whyNotDeclared } from '../../src/core/adoption.ts';
import type { ComposeNetwork } from '../../src/model/compose-model.ts';
import type { NetworkSettings } from '../../src/model/observed.ts';
import { network, service } from '../support/builders.ts';

const definition = {
  networks: { default: { name: 'shop_default' } },
  volumes: [
    { type: 'bind', source: '/state/live/conf', target: '/conf' },
    { type: 'volume', source: 'shop_data', target: '/data' },
    { type: 'volume', target: '/scratch' },
  ],
};
const asDeclared: Found = {
  sameHash: true,
  sameImage: true,
  fields: {
    'mounts./conf': 'bind:/state/live/conf:ro',
    'mounts./data': 'volume:shop_data:rw',
    'mounts./scratch': 'volume:(anonymous):rw',
    'networks.shop_default': '{}',
  },
};

describe('a container that somebody else started', () => {
  const why = (found: Partial<Found>, content: Record<string, string> = {}) =>
    whyNotDeclared(service('web', { content }), definition, { ...asDeclared, ...found });
  const withField = (field: string, value: string) => ({ fields: { ...asDeclared.fields, [field]: value } });

  test('is kept where definition, image, mounts and networks are as Git declares', () => {
    expect(why({})).toBeUndefined();
  });

  test('is kept in the network of another container, which its hash covers', () => {
    const { networks: _, ...joined } = definition;
    const { 'networks.shop_default': __, ...fields } = asDeclared.fields;
    const found = { ...asDeclared, fields: { ...fields, network_mode: 'container:1' } };
    expect(whyNotDeclared(service('web'), joined, found)).toBeUndefined();
  });

  test.each<[string, Partial<Found>, string]>([
    ['image', { sameImage: false }, 'runs another image than Git declares'],
    ['hash', { sameHash: false }, 'was started with another definition'],
    [
      'folder',
      { sameHash: false, ...withField('mounts./conf', 'bind:/home/ada/shop/conf:ro') },
      'mounts /home/ada/shop/conf instead of /state/live/conf',
    ],
    [
      'volume, which no hash shows',
      withField('mounts./data', 'volume:old_data:rw'),
      'mounts the volume old_data instead of shop_data',
    ],
    [
      'network, which no hash shows',
      { fields: { ...asDeclared.fields, 'networks.front': '{}' } },
      'is attached to the network front',
    ],
    ['image and definition', { sameImage: false, sameHash: false }, 'runs another image than Git declares'],
  ])('is not with another %s', (_, found, because) => {
    expect(why(found)).toBe(because);
  });

  test('is not without one of its networks', () => {
    const { 'networks.shop_default': _, ...fields } = asDeclared.fields;
    expect(why({ fields })).toBe('is not attached to the network shop_default');
  });

  test('is not when it was given configs or secrets, whose origin no hash shows', () => {
    expect(why({}, { 'config app': 'x', 'secret key': 'y' })).toBe(
      'got its config app from elsewhere, and got its secret key from elsewhere',
    );
  });

  test('a mount that only changed its kind has not moved', () => {
    expect(movedMounts(definition, { 'mounts./conf': 'volume:conf:rw' })).toEqual([]);
    expect(movedMounts(definition, { 'mounts./conf': 'bind:/a:b:rw' })).toEqual([
      { target: '/conf', from: '/a:b', to: '/state/live/conf' },
    ]);
  });
});

describe('a network that exists', () => {
  const found = (settings: Partial<NetworkSettings> = {}) => {
    const bare = network('front');
    return { ...bare, settings: { ...bare.settings, ...settings } };
  };

  test.each<[string, ComposeNetwork | null, Partial<NetworkSettings>]>([
    ['nothing is declared', null, {}],
    ['the engine gives options, addresses and IPv6 by itself', {}, { options: { mtu: '1400' }, ipv6: true }],
    [
      'everything is declared',
      {
        name: 'shop_front',
        driver: 'bridge',
        internal: true,
        attachable: true,
        enable_ipv6: true,
        driver_opts: { mtu: 1400 },
        ipam: { driver: 'default', config: [{ subnet: '10.9.0.0/24' }] },
      },
      {
        internal: true,
        attachable: true,
        ipv6: true,
        options: { mtu: '1400', icc: 'true' },
        pools: [{ subnet: 'fd00::/64' }, { subnet: '10.9.0.0/24', gateway: '10.9.0.1' }],
      },
    ],
  ])('is as declared where %s', (_, declared, settings) => {
    expect(networkDifferences(declared, found(settings))).toEqual([]);
  });

  test.each<[string, ComposeNetwork | null, Partial<NetworkSettings>]>([
    ['name', { name: 'other' }, {}],
    ['driver', null, { driver: 'macvlan' }],
    ['internal', { internal: true }, {}],
    ['internal', {}, { internal: true }],
    ['attachable', { attachable: true }, {}],
    ['enable_ipv6', { enable_ipv6: true }, {}],
    ['driver_opts.mtu', { driver_opts: { mtu: '1400' } }, { options: { mtu: '1500' } }],
    ['ipam.driver', { ipam: { driver: 'own' } }, {}],
    ['ipam.config', { ipam: { config: [{ subnet: '10.9.0.0/24' }] } }, {}],
    ['ipam.config', { ipam: { config: [{ subnet: '172.18.0.0/16', gateway: '172.18.0.9' }] } }, {}],
  ])('differs in %s', (field, declared, settings) => {
    expect(networkDifferences(declared, found(settings))).toEqual([field]);
  });
});
