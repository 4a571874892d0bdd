import { good, type Line, nextStep, paragraph, strong, warn } from '../line.ts';
import type { DryInstall, Installed, InstallRequest } from '../wired.ts';

/** What would be written, whole, and what would be run. */
export const dryInstallView = ({ files, commands }: DryInstall): readonly Line[] => [
  ...files.flatMap(({ path, text }): readonly Line[] => [[strong(path)], ...paragraph(text, 2), '']),
  ...commands.map((command): Line => [strong('$ '), command]),
];

export function installView({ files, ran, started, waits }: Installed, request: InstallRequest): readonly Line[] {
  const width = Math.max(...files.map(({ did }) => did.length)) + 2;
  return [
    ...files.map(({ path, did }): Line => [did.padEnd(width), path]),
    ...ran.map((command): Line => ['ran'.padEnd(width), command]),
    '',
    started ? [good('Harbormaster runs.')] : [warn('Not started:'), ` ${waits}.`],
    ...nextSteps(request, started),
  ];
}

function nextSteps({ kind, config, root }: InstallRequest, started: boolean): readonly Line[] {
  if (started) return nextStep(`harbormaster status\nharbormaster doctor`);
  if (root !== '/') return [];
  const again = kind === 'systemd' ? 'sudo harbormaster install' : 'sudo harbormaster install --container';
  return nextStep(
    `harbormaster init ${config}   where there is none yet, then edit it\nharbormaster doctor --config ${config}\n${again}`,
  );
}
