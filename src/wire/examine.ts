import { userInfo } from 'node:os';
import { doctor } from '../edges/doctor/checks.ts';
import { engineOf, type Frame } from './frame.ts';

export const examine = (frame: Frame) =>
  doctor({
    engine: engineOf(frame, ''),
    stateDir: frame.invocation.stateDir,
    loadConfig: frame.config.look,
    environment: frame.environment,
    user: userName(),
  });

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'this user';
  }
}
