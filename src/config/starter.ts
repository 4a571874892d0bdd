import { stringify } from 'yaml';
import { HarborError } from '../errors.ts';
import { appName, gitUrl, refName } from './values.ts';

export interface Answers {
  readonly url: string;
  readonly app: string;
  readonly branch: string;
}

/** The configuration that `harbormaster init` writes. Throws `usage` rather than write what would not load. */
export function starter(answers: Answers): string {
  const checks = [
    ['the URL', gitUrl().safeParse(answers.url)],
    [`"${answers.app}"`, appName().safeParse(answers.app)],
    ['the branch', refName('branch').safeParse(answers.branch)],
  ] as const;
  for (const [what, { error }] of checks) {
    if (error) throw new HarborError(`${what} ${error.issues[0]?.message ?? 'is not valid'}`, { code: 'usage' });
  }
  return text(answers);
}

/** One app, and what a person wants to know next as comments. */
const text = ({ url, app, branch }: Answers): string => `\
# yaml-language-server: $schema=harbormaster.schema.json
# For completion and checks in an editor: harbormaster schema > harbormaster.schema.json
#
# What this host runs. Check it with \`harbormaster validate\`, see what would happen with \`harbormaster plan\`.

apps:
  # A name of your choice; the Compose project is called the same.
  ${scalar(app)}:
    url: ${scalar(url)}
    branch: ${scalar(branch)}
    # Compose files; without this key they are found as \`docker compose\` finds them.
    # compose_config: [compose.yml, compose.production.yml]
    # Variables for the compose files. \${NAME} and \${file:PATH} are secrets and never shown.
    # environment:
    #   DOMAIN: shop.example.com
    #   DB_PASSWORD: \${file:secrets/db-password}
    # environment_file: secrets/shop.env
    # For a private repository: ssh_key and known_hosts, or (https) a token.
    # ssh_key: keys/deploy
    # known_hosts: keys/known_hosts
    # token: \${GIT_TOKEN}

# A broken deployment must not go unnoticed.
# notifiers:
#   - type: webhook
#     url: https://hooks.example.com/harbormaster
#     secret: \${file:secrets/webhook}
`;

/** In quotes where YAML needs them, and safe from interpolation. */
const scalar = (text: string): string =>
  stringify(text.replaceAll(/\$(?=[${])/g, '$$$$'), { lineWidth: 0, blockQuote: false }).trimEnd();
