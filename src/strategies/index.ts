export { recreate } from './recreate.ts';
