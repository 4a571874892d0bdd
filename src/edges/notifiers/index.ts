export { alertmanager } from './alertmanager.ts';
export { command } from './command.ts';
export { discord } from './discord.ts';
export { email } from './email.ts';
export { ntfy } from './ntfy.ts';
export { slack } from './slack.ts';
export { webhook } from './webhook.ts';
