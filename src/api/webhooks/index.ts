export { forgejo, gitea } from './gitea.ts';
export { github } from './github.ts';
export { gitlab } from './gitlab.ts';
export { signed } from './signed.ts';
