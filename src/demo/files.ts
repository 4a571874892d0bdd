/** The app of the demo: a web page from a tiny image that is built from nothing but a static busybox, so that no registry is needed. */

const compose = `services:
  web:
    build: ./image
    command: [httpd, -f, -p, "8080", -h, /www]
    volumes: ["./page:/www:ro"]
    healthcheck:
      test: [CMD, /bin/busybox, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/"]
      interval: 1s
      timeout: 2s
      retries: 5
    stop_signal: SIGKILL
  worker:
    build: ./image
    command: [sleep, "100000"]
    stop_signal: SIGKILL
`;

const dockerfile = `FROM scratch
COPY busybox /bin/busybox
ENTRYPOINT ["/bin/busybox"]
`;

type Files = Readonly<Record<string, string | Uint8Array>>;

export const firstCommit = (busybox: Uint8Array): Files => ({
  'compose.yaml': compose,
  'image/Dockerfile': dockerfile,
  'image/busybox': busybox,
  'page/index.html': '<h1>Welcome aboard</h1>\n',
});

export const newPage: Files = { 'page/index.html': '<h1>Welcome aboard, version 2</h1>\n' };

export const brokenImage: Files = { 'image/Dockerfile': `${dockerfile}COPY this-file-does-not-exist /\n` };

/** The image builds again, but what it runs gives up at once. */
export const crashingWorker: Files = {
  'image/Dockerfile': dockerfile,
  'compose.yaml': compose.replace('command: [sleep, "100000"]', 'command: ["false"]'),
};
