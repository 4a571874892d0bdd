import { presetKeys } from '../core/compose-keys.ts';
import { allowanceNames } from '../core/policy.ts';
import { presetNames, presets } from '../core/presets.ts';
import type { Allowance, Allowances } from '../model/policy.ts';
import { told } from './policy-schema.ts';

/** Everything after this line of docs/policy.md is generated; everything before it is written by hand. */
const marker = '<!-- From here on generated from src/core/presets.ts by `node scripts/generate-docs.mjs`. -->';

/** The page with its generated part made anew. */
export function refreshedPolicy(page: string): string {
  const [head = ''] = page.split(marker);
  return `${head.trimEnd()}\n\n${marker}\n\n${[...presetTable(), '', ...keyLists()].join('\n')}\n`;
}

/** Every key with what the presets say of it. */
const presetTable = (): readonly string[] => [
  '## The presets',
  '',
  'Besides, every container may what the engine gives to each by itself.',
  '',
  row(['Key', 'What it is about', ...presetNames.map((name) => `\`${name}\``)]),
  row(Array.from({ length: 2 + presetNames.length }, () => '---')),
  ...allowanceNames.map((name) =>
    row([`\`${name}\``, told[name].description, ...presetNames.map((preset) => shown(name, presets[preset]))]),
  ),
];

function shown(name: Allowance, allowances: Allowances): string {
  if (name === 'replicas') return String(allowances.replicas);
  const entries = allowances[name];
  if (entries.length === 0) return 'none';
  if (entries.includes('*') || entries.includes('/')) return 'all';
  return name === 'keys' ? 'see below' : entries.map((entry) => `\`${entry}\``).join(', ');
}

const keyLists = (): readonly string[] => [
  '## The keys of a compose file',
  '',
  'These may be used under every preset; many of them have gates of their own. Names that the author chooses (of services, networks, variables) are left out.',
  '',
  paragraph(presetKeys.strict),
  '',
  'Besides, under `homelab`:',
  '',
  paragraph(presetKeys.homelab.filter((key) => !presetKeys.strict.includes(key))),
  '',
  'Everything else needs `keys`, also what Compose learns in future: `services.cgroup_parent`, `services.annotations`, `services.volumes.image`, `services.build.ssh` and `services.build.cache_to` are examples. ' +
    '`provider`, `use_api_socket` and names that are made out of secrets are always refused.',
];

const paragraph = (keys: readonly string[]): string => keys.map((key) => `\`${key}\``).join(', ');

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
