import { expect, test } from 'vitest';
import { parseCompose } from '../../src/core/compose-yaml.ts';
import { refuseSecretNames, withMarks } from '../../src/core/secret-names.ts';

const variables = withMarks({ SECRET: 'prod', PLAIN: 'prod' }, ['SECRET']);
const judge = (model: object) => () => refuseSecretNames({ path: 'compose.yaml', documents: [model] }, variables);

test.each<readonly [string, object]>([
  ['services.web.container_name', { services: { web: { container_name: 'x-${SECRET}' } } }],
  ['services.web.container_name', { services: { web: { container_name: '${PLAIN:+$SECRET}' } } }],
  ['services.web.hostname', { services: { web: { hostname: '${NONE:-$SECRET}' } } }],
  ['services.web.domainname', { services: { web: { domainname: '$SECRET' } } }],
  ['services.web.labels', { services: { web: { labels: ['${SECRET}=1'] } } }],
  ['services.web.networks.a.aliases', { services: { web: { networks: { a: { aliases: ['$SECRET'] } } } } }],
  ['networks.a.name', { networks: { a: { name: '${SECRET}' } } }],
  ['volumes.a.name', { volumes: { a: { name: '${SECRET}' } } }],
  ['configs.a.name', { configs: { a: { name: '${SECRET}' } } }],
])('a secret is no name: %s', (at, model) => {
  expect(judge(model)).toThrow(`compose.yaml: ${at} is made from a variable that is secret on this host`);
  expect(judge(model)).not.toThrow('prod');
});

test('what only reads like a secret, and what is shown to nobody, may be named and used', () => {
  const web = {
    container_name: 'prod-${PLAIN}-$$SECRET',
    hostname: '${PLAIN}',
    labels: ['a=${SECRET}'],
    environment: { A: '${SECRET}' },
    networks: { a: null },
  };
  expect(judge({ services: { web }, networks: { a: null, b: { name: 'prod' } } })).not.toThrow();
});

test('a name is found behind an anchor', () => {
  const text = 'x-a: &a\n  container_name: $SECRET\nservices:\n  web:\n    <<: *a\n';
  expect(() => refuseSecretNames({ path: 'c.yaml', documents: parseCompose('c.yaml', text) }, variables)).toThrow(
    'services.web.container_name',
  );
});
