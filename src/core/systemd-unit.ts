/** Where an installation on the host has what. Absolute paths. */
export interface UnitPaths {
  /** The Node that runs it. */
  readonly node: string;
  readonly program: string;
  readonly config: string;
  readonly stateDir: string;
}

/** Where `harbormaster install` puts things unless somebody says otherwise. */
export const usualPaths: UnitPaths = {
  node: '/usr/bin/node',
  program: '/usr/local/lib/harbormaster/harbormaster.cjs',
  config: '/etc/harbormaster/harbormaster.yml',
  stateDir: '/var/lib/harbormaster',
};

/** How a unit of ours begins: whatever begins otherwise is somebody else's, and is not written over. */
export const unitMark = '# Written by `harbormaster install`';

/**
 * What Harbormaster needs of root: to make a network namespace and become nobody for rendering (SYS_ADMIN, SETUID, SETGID), to keep and give files as
 * they were (CHOWN, FOWNER, DAC_OVERRIDE), to end what it started as nobody (KILL), and to make its log append-only (LINUX_IMMUTABLE).
 */
export const neededCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_KILL',
  'CAP_LINUX_IMMUTABLE',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SYS_ADMIN',
] as const;

/** A unit file, see systemd.service(5) and systemd.exec(5). */
export const systemdUnit = ({
  node,
  program,
  config,
  stateDir,
}: UnitPaths): string => `${unitMark}. Your changes: systemctl edit harbormaster
[Unit]
Description=Harbormaster keeps this host's Compose apps as Git declares
Wants=network-online.target
# Not Requires=docker.service: apps that run keep running, and Harbormaster waits for an engine that is away.
After=network-online.target docker.service

[Service]
Type=notify
# What it says to systemd it says through systemd-notify, a process of its own.
NotifyAccess=all
ExecStart=${quoted(node)} --max-semi-space-size=1 ${quoted(program)} run
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2
# Its loop says that it turns; where it hangs, it is started anew, and goes on where it was.
WatchdogSec=90
TimeoutStartSec=90
# Ending finishes the current step first. Compose must not hear the signal, or the step ends half done.
KillMode=mixed
TimeoutStopSec=180

Environment=${quoted(`HARBORMASTER_CONFIG=${config}`)} ${quoted(`HARBORMASTER_STATE_DIR=${stateDir}`)}
Environment=MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
# For what ${'`${NAME}`'} in harbormaster.yml stands for.
EnvironmentFile=-/etc/default/harbormaster

UMask=0077
ReadWritePaths=${quoted(stateDir)}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=net
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
CapabilityBoundingSet=${neededCapabilities.join(' ')}

[Install]
WantedBy=multi-user.target
`;

/** As systemd.syntax(7) reads it: a percent sign begins a specifier, a space ends a word. */
function quoted(text: string): string {
  const escaped = text.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /[\s"'\\;]/.test(text) ? `"${escaped}"` : escaped;
}
