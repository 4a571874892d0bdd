import type { Invocation } from '../cli/wired.ts';
import { type InForce, inForce } from '../config/in-force.ts';
import { type ConfigurationGit, loadConfig } from '../config/load.ts';
import type { Catalogues } from '../config/schema.ts';
import { followingsOf } from '../core/configuration.ts';
import { redactor } from '../core/redact.ts';
import * as notifierKinds from '../edges/notifiers/index.ts';
import type { Route } from '../edges/notifiers/route.ts';
import type { CommitStatusConfig, HostConfig, NotifierConfig } from '../model/config.ts';
import type { OpenGit } from './git.ts';

/** The configuration in force, and what is made of it for everybody. */
export interface Configuration extends Omit<InForce, 'load'> {
  /** `fresh`: what Git has is looked for now, however lately it was looked for. */
  load(fresh?: boolean): Promise<HostConfig>;
  /** The newest or none; nothing comes into force. */
  check(): Promise<HostConfig>;
  /** What a daemon that begins now would have in force, the last good one of a repository included; nothing comes into force. */
  look(): Promise<HostConfig>;
  redact(text: string): string;
  logLevel(): HostConfig['logLevel'];
  /** The notifiers of the configuration in force. */
  routes(): readonly Route[];
  /** Its forges; the same list as long as it is in force. */
  forges(): readonly CommitStatusConfig[];
}

interface ConfigurationOptions {
  readonly invocation: Invocation;
  readonly catalogues: Catalogues;
  readonly git: () => OpenGit;
}

export function configuration({ invocation, catalogues, git }: ConfigurationOptions): Configuration {
  const { configFile, hostName, environment, from } = invocation;
  const request = { file: configFile, host: hostName, environment, catalogues, from };
  const asked: ConfigurationGit = {
    text: (source) => git().offers.text(source),
    folders: (discovery) => git().offers.folders(discovery),
  };
  const held = inForce((told) => loadConfig({ ...request, told, git: asked }));
  const redact = latest(held, (config) => redactor(config?.secrets ?? []));
  const forges = latest(held, (config) => config?.commitStatus ?? []);
  const routes = latest(held, (config) => config?.notifiers.flatMap(routeOf) ?? []);
  return {
    ...held,
    async load(fresh = false) {
      if (fresh) git().sightings.forget();
      const config = await held.load();
      if (followingsOf(config).length > 0 && git().exclusive) await git().offers.keep(config);
      return config;
    },
    check: () => loadConfig({ ...request, git: asked, strict: true }),
    look: () => loadConfig({ ...request, git: asked }),
    redact: (text) => redact()(text),
    logLevel: () => held.known()?.logLevel ?? 'info',
    routes,
    forges,
  };
}

/** Made from the configuration in force, anew only when another one is. */
function latest<Made>({ known }: InForce, make: (config: HostConfig | undefined) => Made): () => Made {
  let [of, made] = [known(), make(known())];
  return () => {
    if (known() !== of) [of, made] = [known(), make(known())];
    return made;
  };
}

const routeOf = ({ type, name, options, on, severity, apps }: NotifierConfig): readonly Route[] =>
  Object.values(notifierKinds)
    .filter((kind) => kind.type === type)
    .map((kind) => ({ type, name, options, on, severity, apps, notifier: kind.make(options) }));
