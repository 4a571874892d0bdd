import * as z from 'zod';
import * as v from './values.ts';

/** Keys that say how to get at a repository. */
export const access = {
  ssh_key: v
    .hostFile()
    .optional()
    .meta({
      description: 'Private key for an ssh URL. Readable by Harbormaster only.',
      examples: ['keys/deploy'],
      absent: 'the keys of the user that runs Harbormaster',
    }),
  known_hosts: v
    .hostFile()
    .optional()
    .meta({
      description: 'File with the host keys that an ssh URL may answer with. A host with another key is refused.',
      examples: ['keys/known_hosts'],
      absent: 'the known_hosts of that user and of the system',
    }),
  certificate_authority: v
    .hostFile()
    .optional()
    .meta({
      description: "PEM file with certificate authorities for an https URL, besides the system's.",
      examples: ['keys/ca.pem'],
    }),
};

export const login = {
  username: v
    .userName()
    .optional()
    .meta({
      description: 'User for an https URL that needs a token. Most forges take any.',
      examples: ['deploy'],
      default: 'git',
    }),
  token: v
    .secretText()
    .optional()
    .meta({
      description:
        'Password or access token for an https URL: always from the environment or a file, never written here.',
      examples: ['${GIT_TOKEN}', '${file:secrets/git-token}'],
    }),
};

export const url = v.gitUrl().meta({
  description:
    'Where the repository is: https, ssh (also `git@host:path`), http, or a path on this host. Without credentials.',
  examples: ['https://git.example.com/team/shop.git', 'git@git.example.com:team/shop.git'],
});

export const repositorySchema = z.strictObject(
  { url, ...access, ...login },
  { error: 'must be a map of settings, at least `url: https://…`' },
);
