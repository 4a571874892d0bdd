/** What a daemon knows of itself. */
interface Facts {
  readonly pid: number;
  readonly version: string;
  readonly configFile: string;
  readonly from: () => string | undefined;
}

export const healthPath = '/v1/health';

export const healthOf = ({ pid, version, configFile, from }: Facts): object => ({
  status: 'ok',
  pid,
  version,
  config: configFile,
  from: from(),
});
