import { presetNames } from '../../core/presets.ts';
import { HarborError } from '../../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { choices, list, text } from '../option.ts';
import type { Call, Verb } from '../verb.ts';
import { checkView } from '../views/policy-check.ts';

const presetOption = choices('preset', 'name', 'judge by this preset', presetNames);
const appOption = text('app', 'name', 'judge as this app of the configuration');
const setOption = list('set', 'NAME=value', 'a variable of the compose files');
const profileOption = list('profile', 'name', 'a Compose profile to switch on');

export const policyCheck: Verb = {
  name: 'policy check',
  group: 'Set up',
  summary: 'what a host would say of these compose files, before they are pushed',
  operands: '<files...>',
  options: [presetOption, appOption, setOption, profileOption],
  details: `For CI on the side of an app's repository. The files are rendered by Compose and judged as on a host, later ones over earlier ones; neither engine nor Git
nor registry is asked, and no configuration is needed. Judged by the preset that is named; else, with --config or --app, by that configuration; else by the preset that a
host goes by that says nothing. Exits with 3 if something is denied, and says which line of the host's configuration would allow it.`,
  examples: [
    { command: 'harbormaster policy check compose.yaml', does: 'by the usual preset' },
    { command: 'harbormaster policy check compose.yaml --preset strict', does: 'by a narrower one' },
    { command: 'harbormaster policy check compose.yaml --config /srv/web-1.yml --app shop', does: 'as that app there' },
  ],
  async run(call) {
    const wired = await call.wired();
    const [preset, second] = call.option(presetOption);
    if (second !== undefined) throw new HarborError('--preset can be named once', { code: 'usage' });
    const report = await wired.check({
      files: call.operands,
      preset,
      app: call.option(appOption),
      configured: preset === undefined && (call.settings.configIsChosen || call.option(appOption) !== undefined),
      variables: variablesOf(call),
      profiles: call.option(profileOption),
    });
    call.answer(report, () => checkView(report));
    return report.verdicts.some(({ ruling }) => ruling === 'deny') ? exitCodes.blocked : exitCodes.ok;
  },
};

function variablesOf(call: Call): Readonly<Record<string, string>> {
  const pairs = call.option(setOption).map((pair): readonly [string, string] => {
    const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(pair) ?? [];
    if (name !== undefined && value !== undefined) return [name, value];
    throw new HarborError(`--set cannot be '${pair}'`, { code: 'usage', hint: 'Write it as NAME=value.' });
  });
  return Object.fromEntries(pairs);
}
