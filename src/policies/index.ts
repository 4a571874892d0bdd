export { engineSocket } from './engine-socket.ts';
export { hostBinds } from './host-binds.ts';
export { hostNamespaces } from './host-namespaces.ts';
export { mutableTags } from './mutable-tags.ts';
export { onChange } from './on-change.ts';
export { privileged } from './privileged.ts';
