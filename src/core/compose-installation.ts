/** Where an installation in a container has what, on the host and inside alike. Absolute paths. */
export interface ComposePaths {
  readonly config: string;
  readonly stateDir: string;
  /** Of the engine. */
  readonly socket: string;
}

export const composeMark = '# Written by `harbormaster install --container`';

/** How long the current step may take to end, once somebody stops it. */
const grace = '3m';

interface Access {
  readonly environment: string;
  readonly volumes: string;
  readonly rest: string;
}

/**
 * A compose file that runs Harbormaster in a container. Whoever may use the engine's socket is as good as root on the host: the proxy takes away what Harbormaster
 * never asks for, and it is the only one who sees the socket; it does not change that.
 */
export function composeInstallation(paths: ComposePaths, image: string, proxied: boolean): string {
  const { config, stateDir } = paths;
  const folder = config.slice(0, config.lastIndexOf('/'));
  const { environment, volumes, rest } = proxied ? behindProxy(paths) : direct(paths);
  return `${composeMark}. Yours to change: it is not written over.
name: harbormaster

services:
  harbormaster:
    image: ${image}
    restart: unless-stopped
    # The log names the host by its own name, not by the container's.
    uts: host
    environment:
      HARBORMASTER_CONFIG: ${config}
      HARBORMASTER_STATE_DIR: ${stateDir}
${environment}    volumes:
${volumes}      # The same path inside as outside: the engine looks on the host for what containers mount from it.
      - ${stateDir}:${stateDir}
      - ${folder}:${folder}:ro
    # The current step is finished first.
    stop_grace_period: ${grace}
    read_only: true
    tmpfs:
      - /tmp
    cap_drop: [ALL]
    # To render compose files as nobody, and to keep files as they were. Not SYS_ADMIN: without it the renderer has a network, and \`doctor\` says so.
    cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID]
    security_opt:
      - no-new-privileges:true
${rest}`;
}

const direct = ({ socket }: ComposePaths): Access => ({
  environment: '',
  volumes: `      - ${socket}:/var/run/docker.sock\n`,
  rest: '',
});

const behindProxy = ({ socket, config }: ComposePaths): Access => ({
  environment: '      DOCKER_HOST: tcp://socket-proxy:2375\n',
  volumes: '',
  rest: `    depends_on: [socket-proxy]
    networks: [default, engine]

  socket-proxy:
    image: \${HAPROXY_IMAGE:-haproxy:3.2-alpine}
    restart: unless-stopped
    # The socket belongs to root.
    user: "0:0"
    environment:
      ENGINE_SOCKET: /var/run/docker.sock
      LISTEN: "*:2375"
    volumes:
      - ${socket}:/var/run/docker.sock
      - ${config.slice(0, config.lastIndexOf('/'))}/socket-proxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro
    read_only: true
    cap_drop: [ALL]
    cap_add: [DAC_OVERRIDE]
    security_opt:
      - no-new-privileges:true
    networks: [engine]

networks:
  # Only these two, and no way out.
  engine:
    internal: true
`,
});

/** Methods and paths of the Engine API that Harbormaster and Compose use for it; everything else is refused. Regular expressions after the version. */
const allowed: readonly (readonly [methods: string, path: string])[] = [
  ['GET HEAD', '/(_ping|version|info|events)'],
  ['GET', '/(containers|images|networks|volumes)(/json)?'],
  ['GET', '/containers/[^/]+/(json|logs|top)'],
  ['GET', '/images/.+/json'],
  ['GET', '/distribution/.+/json'],
  ['GET', '/(networks|volumes)/[^/]+'],
  ['POST', '/containers/create'],
  ['POST', '/containers/[^/]+/(start|stop|restart|kill|pause|unpause|rename|update|wait|attach)'],
  ['POST', '/containers/[^/]+/exec'],
  ['POST', '/exec/[^/]+/start'],
  ['GET', '/exec/[^/]+/json'],
  ['PUT', '/containers/[^/]+/archive'],
  ['DELETE', '/(containers|networks|volumes)/[^/]+'],
  ['DELETE', '/images/.+'],
  ['POST', '/images/create'],
  ['POST', '/images/.+/tag'],
  ['POST', '/(networks|volumes)/create'],
  ['POST', '/networks/[^/]+/(connect|disconnect)'],
  ['POST', '/(build|session|grpc)'],
];

/** A configuration for HAProxy, which reads ENGINE_SOCKET and LISTEN from its environment. */
export const socketProxy = (): string => `${composeMark} --socket-proxy\`
# Lets through what Harbormaster asks the engine for, and refuses the rest: swarm, plugins, secrets, system prune, reading files out of containers, ...
global
  log stderr format raw local0 notice
  maxconn 512

defaults
  mode http
  timeout connect 5s
  # Events and attached output may be silent for long.
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h

frontend docker
  bind "\${LISTEN}"
${allowed.map(([methods, path], index) => rule(index, methods, path)).join('')}  http-request deny deny_status 403 unless ${allowed.map((_, index) => `m${index} p${index}`).join(' or ')}
  default_backend engine

backend engine
  server engine "unix@\${ENGINE_SOCKET}"
`;

const rule = (index: number, methods: string, path: string): string =>
  `  acl m${index} method ${methods}\n  acl p${index} path,url_dec -m reg ^(/v[0-9.]+)?${path}$\n`;
