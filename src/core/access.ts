import type { Caller, Right, Role } from '../model/access.ts';
import { matches } from './glob.ts';

/** Who deploys does not approve, and who approves does not deploy: the two are different people's. */
const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  viewer: ['read'],
  deployer: ['read', 'deploy'],
  approver: ['read', 'approve'],
  operator: ['read', 'deploy', 'operate'],
  admin: ['read', 'deploy', 'approve', 'operate', 'administer'],
};

/** The smallest first. */
export const roles = ['viewer', 'deployer', 'approver', 'operator', 'admin'] as const satisfies readonly Role[];

export const rights = (role: Role): readonly Right[] => rightsOf[role];

export const may = ({ role }: Pick<Caller, 'role'>, right: Right): boolean => rightsOf[role].includes(right);

/** The roles that have a right, the smallest first. */
export const rolesWith = (right: Right): readonly Role[] => roles.filter((role) => rightsOf[role].includes(right));

/** What is not one app's belongs to those who may see all of them. */
export const seesHost = ({ apps }: Pick<Caller, 'apps'>): boolean => apps.length === 0;

export const seesApp = ({ apps }: Pick<Caller, 'apps'>, app: string): boolean =>
  apps.length === 0 || apps.some((pattern) => matches(pattern, app));

/** An entry of the log: of an app that he may see, or of the host. */
export const seesEntry = (caller: Pick<Caller, 'apps'>, entry: object): boolean =>
  'app' in entry && typeof entry.app === 'string' ? seesApp(caller, entry.app) : seesHost(caller);
