export { command } from './command.ts';
export { webhook } from './webhook.ts';
