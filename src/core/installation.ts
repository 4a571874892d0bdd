import { posix } from 'node:path';
import { composeInstallation, composeMark, socketProxy } from './compose-installation.ts';
import { systemdUnit, type UnitPaths, unitMark } from './systemd-unit.ts';

/** A file that an installation consists of. */
export interface Placed {
  /** Absolute, on the host. */
  readonly path: string;
  readonly content: { readonly text: string } | { readonly copyOf: string } | { readonly linkTo: string };
  readonly mode: number;
  /**
   * What becomes of a file that is there: `replace` it; `keep` it, because it is a person's; `replace-ours` only if it begins with `mark`, and else
   * refuse.
   */
  readonly existing: 'replace' | 'keep' | 'replace-ours';
  readonly mark?: string;
}

export interface Installation {
  readonly paths: UnitPaths;
  /** The program that is running. */
  readonly running: string;
  /** Text of a first configuration, where a person said enough for one. */
  readonly starter: string | undefined;
}

export const unitFile = '/etc/systemd/system/harbormaster.service';

const configuration = ({ paths, starter }: Installation): readonly Placed[] =>
  starter === undefined ? [] : [{ path: paths.config, content: { text: starter }, mode: 0o600, existing: 'keep' }];

/** Harbormaster as a service of the host. */
export const onHost = (installation: Installation): readonly Placed[] => {
  const { paths, running } = installation;
  const name = '/usr/local/bin/harbormaster';
  return [
    ...(running === paths.program
      ? []
      : [{ path: paths.program, content: { copyOf: running }, mode: 0o755, existing: 'replace' } as const]),
    {
      path: name,
      content: { linkTo: posix.relative('/usr/local/bin', paths.program) },
      mode: 0o777,
      existing: 'replace',
    },
    ...configuration(installation),
    { path: unitFile, content: { text: systemdUnit(paths) }, mode: 0o644, existing: 'replace-ours', mark: unitMark },
  ];
};

export interface Containment {
  readonly image: string;
  /** Of the engine. */
  readonly socket: string;
  readonly proxied: boolean;
}

export const composeFileOf = ({ config }: Pick<UnitPaths, 'config'>): string =>
  posix.join(posix.dirname(config), 'compose.yaml');

/** Harbormaster as a container that Compose runs. */
export const inContainer = (installation: Installation, { image, socket, proxied }: Containment): readonly Placed[] => {
  const { config, stateDir } = installation.paths;
  const folder = posix.dirname(config);
  const proxy: Placed = {
    path: posix.join(folder, 'socket-proxy.cfg'),
    content: { text: socketProxy() },
    mode: 0o644,
    existing: 'replace-ours',
    mark: composeMark,
  };
  return [
    ...configuration(installation),
    ...(proxied ? [proxy] : []),
    {
      path: composeFileOf(installation.paths),
      content: { text: composeInstallation({ config, stateDir, socket }, image, proxied) },
      mode: 0o644,
      existing: 'keep',
    },
  ];
};
