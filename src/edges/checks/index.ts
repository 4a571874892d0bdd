export { command } from './command.ts';
export { http } from './http.ts';
export { service } from './service.ts';
export { tcp } from './tcp.ts';
