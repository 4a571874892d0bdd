import { windowJson } from '../../core/window-json.ts';
import { windowReport } from '../../core/window-report.ts';
import { concerns } from '../../core/windows.ts';
import { assertDeclared } from '../declared.ts';
import type { Verb } from '../verb.ts';
import { windowsView } from '../views/windows.ts';

export const windows: Verb = {
  name: 'windows',
  group: 'Every day',
  summary: 'the windows of the next fourteen days, and which are on now',
  operands: '[apps...]',
  details: `For each window that concerns the named apps, or for all: what it allows or denies, whether it is on now, and its times on the clock of its own
time zone and in UTC. Reads the configuration; neither Git nor Docker is asked. Whether an app waits for one says \`status\`; whether it would, \`plan\`.`,
  examples: [
    { command: 'harbormaster windows', does: 'every window of this host' },
    { command: 'harbormaster windows shop', does: 'those that concern one app' },
    { command: 'harbormaster windows --json', does: 'for a program' },
  ],
  async run(call) {
    const config = await (await call.wired()).loadConfig();
    const names = call.operands;
    assertDeclared(names, config);
    const now = call.now();
    const reports = config.windows
      .filter((window) => names.length === 0 || names.some((name) => concerns(window, name)))
      .map((window) => windowReport(window, now.getTime()));
    call.answer({ windows: reports.map(windowJson) }, () => windowsView(reports, names));
    return 0;
  },
};
