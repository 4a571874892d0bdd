import { describe, expect, test } from 'vitest';
import { refuseAlways } from '../../src/core/refuse.ts';
import type { ComposeModel, ComposeService } from '../../src/model/compose-model.ts';
import { model } from '../support/builders.ts';

const refusalOf = (rendered: ComposeModel): string | undefined => {
  try {
    refuseAlways(rendered);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'compose-refused', hint: expect.any(String) });
    return (error as Error).message;
  }
};

describe('what no allowance of a host can permit', () => {
  test.each<[string, ComposeService, string]>([
    ['a provider', { provider: { type: 'model' } }, 'service bad uses `provider`'],
    ['the engine’s API', { use_api_socket: true }, 'service bad uses `use_api_socket`'],
    ['a label of ours', { labels: { 'io.harbormaster.instance': 'me' } }, 'service bad sets labels'],
    ['a label of Compose', { labels: { 'com.docker.compose.project': 'other' } }, 'service bad sets labels'],
    ['a remote context', { build: { context: 'https://example.org/x.git' } }, 'service bad builds from a context'],
    ['a remote context of Git', { build: { context: 'git@example.org:x.git' } }, 'service bad builds from a context'],
    ['a context of GitHub', { build: { context: 'github.com/acme/x' } }, 'service bad builds from a context'],
    [
      'a remote further context',
      { build: { context: '/a', additional_contexts: { x: 'https://x.org/y' } } },
      'service bad builds from',
    ],
    [
      'another service as a context',
      { build: { context: '/a', additional_contexts: { x: 'service:web' } } },
      'service bad builds from',
    ],
    [
      'an image layout as a context',
      { build: { context: '/a', additional_contexts: { x: 'oci-layout:///y' } } },
      'service bad builds from',
    ],
  ])('%s is refused, and the service is named', (_, definition, message) => {
    expect(refusalOf(model({ good: { image: 'good:1' }, bad: definition }))).toContain(message);
  });

  test.each(['networks', 'volumes'] as const)('labels of owners are refused on %s too', (kind) => {
    const rendered = model({ web: {} }, { [kind]: { it: { labels: { 'io.harbormaster.app': 'other' } }, none: null } });
    expect(refusalOf(rendered)).toContain(`${kind}.it sets labels`);
  });

  test('everything else is for the gates to judge', () => {
    const build = {
      context: '/scratch/one',
      additional_contexts: { base: 'docker-image://alpine:3', more: '/scratch/one/x' },
    };
    const harmless: ComposeService = {
      use_api_socket: false,
      privileged: true,
      labels: { 'org.example.harbormaster': 'x', 'io.harbormasters': 'y' },
      build,
    };
    expect(refusalOf(model({ web: harmless, inline: { build: { dockerfile_inline: 'FROM x' } } }))).toBeUndefined();
  });
});
