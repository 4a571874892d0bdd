import { nearest } from '../core/nearest.ts';
import { HarborError } from '../errors.ts';
import { names } from './views/count.ts';

/** `known`: the apps that the log speaks of. */
export function unknownApp(app: string, known: readonly string[]): HarborError {
  const meant = nearest(app, known);
  const all = known.length === 0 ? 'The log knows no app yet.' : `The log knows: ${names(known)}.`;
  return new HarborError(`the deployment log knows no app ${app}`, {
    code: 'app-unknown',
    hint: meant === undefined ? all : `Did you mean ${meant}? ${all}`,
  });
}
