import { originText } from '../../core/configuration-words.ts';
import type { HostConfig } from '../../model/config.ts';
import { good, type Line, nextStep } from '../line.ts';
import type { Verb } from '../verb.ts';
import { counted, names } from '../views/count.ts';

export const validate: Verb = {
  name: 'validate',
  group: 'Set up',
  summary: 'checks the configuration and shows every mistake at once',
  details:
    'Each mistake is told as file:line:column with the key and what would be right. Docker is not asked; Git only for a configuration that comes from a repository, and then for its newest commit. Exits with 4 if there is a mistake.',
  examples: [
    { command: 'harbormaster validate', does: 'the configuration of this host' },
    { command: 'harbormaster validate --config new.yml', does: 'another one, before it is put in place' },
    {
      command: 'harbormaster validate --config-repo URL',
      does: 'the newest one of a repository, as this host would read it',
    },
  ],
  async run(call) {
    const config = await (await call.wired()).checkConfig();
    call.answer(summaryOf(config), () => lines(config));
    return 0;
  },
};

const summaryOf = (config: HostConfig) => ({
  valid: true,
  file: config.file,
  origin: config.origin,
  host: config.host,
  apps: config.apps.map(({ name }) => name),
  disabled: disabledOf(config),
  elsewhere: Object.keys(config.elsewhere),
});

const disabledOf = ({ apps, declared }: HostConfig): readonly string[] =>
  declared.filter((name) => !apps.some((app) => app.name === name));

function lines(config: HostConfig): readonly Line[] {
  const apps = config.apps.map(({ name }) => name);
  const disabled = disabledOf(config);
  const elsewhere = Object.keys(config.elsewhere);
  return [
    [
      good(`${originText(config.origin)} is valid`),
      `: ${counted(apps.length, 'app')} for the host ${config.host}${apps.length > 0 ? ` (${names(apps)})` : ''}.`,
    ],
    ...(disabled.length > 0 ? [`Disabled: ${names(disabled)}.`] : []),
    ...(elsewhere.length > 0 ? [`For other hosts: ${names(elsewhere)}.`] : []),
    ...nextStep('harbormaster plan'),
  ];
}
