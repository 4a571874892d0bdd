import type { HostConfig } from '../../model/config.ts';
import { assertDeclared } from '../declared.ts';
import type { Call, Verb } from '../verb.ts';
import { appPoliciesView, policyJson, policyView } from '../views/policy.ts';

const details = `For every key under \`policy\`: what containers may ask of this host, and whose word that is: the preset's, the host's, or an app's own
line. Reads the configuration; neither Git nor Docker is asked. What it objects to in an app says \`plan\`, and in what runs \`why\`.`;

export const policyShow: Verb = {
  name: 'policy show',
  group: 'Set up',
  summary: 'what apps may ask of this host, and whose word that is',
  operands: '[apps...]',
  details,
  examples: [
    { command: 'harbormaster policy show', does: 'the host, and what single apps may besides' },
    { command: 'harbormaster policy show shop', does: 'what is in force for one app' },
    { command: 'harbormaster policy show --json', does: 'for a program' },
  ],
  run: show,
};

/** The word alone shows, too. */
export const policy: Verb = {
  name: 'policy',
  group: 'Set up',
  summary: policyShow.summary,
  details,
  examples: [{ command: 'harbormaster policy', does: 'the same as `policy show`' }],
  run: show,
};

async function show(call: Call): Promise<number> {
  const config = await (await call.wired()).loadConfig();
  assertDeclared(call.operands, config);
  const apps = chosen(call.operands, config);
  const disabled = call.operands.filter((name) => !apps.some((app) => app.name === name));
  const near = call.operands.length > 0;
  call.answer(policyJson(config, apps), () => (near ? appPoliciesView(apps, disabled) : policyView(config, apps)));
  return 0;
}

const chosen = (names: readonly string[], { apps }: HostConfig): HostConfig['apps'] =>
  names.length === 0 ? apps : apps.filter(({ name }) => names.includes(name));
