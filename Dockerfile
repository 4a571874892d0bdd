# Harbormaster in a container. Built without BuildKit too: docker build -t harbormaster .
#
# Run it with the engine's socket, and with the state directory at the same path inside as outside, because the engine
# resolves the paths that containers mount on the host:
#
#   docker run -d --name harbormaster --restart unless-stopped \
#     -v /var/run/docker.sock:/var/run/docker.sock \
#     -v /var/lib/harbormaster:/var/lib/harbormaster \
#     -v /etc/harbormaster:/etc/harbormaster:ro \
#     -e HARBORMASTER_CONFIG=/etc/harbormaster/harbormaster.yml \
#     harbormaster
#
# There is no VOLUME here on purpose: a state directory in an anonymous volume has no such path.
ARG BASE=node:24.21.0-trixie-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
ARG COMMIT=unknown
RUN HARBORMASTER_COMMIT=${COMMIT} npm run build

FROM ${BASE}
# A user with a name, for --user: ssh refuses to work for a user id without one.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates docker-cli docker-compose git openssh-client tini util-linux \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && useradd --uid 10001 --home-dir /var/lib/harbormaster --create-home --shell /usr/sbin/nologin harbormaster
COPY --from=build /build/dist/harbormaster.cjs /usr/local/lib/harbormaster/harbormaster.cjs
RUN ln -s ../lib/harbormaster/harbormaster.cjs /usr/local/bin/harbormaster

# What keeps a long-running process small (docs/decisions/0007-small-for-months.md); the program's first line says the same.
ENV NODE_OPTIONS=--max-semi-space-size=1 MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072

# Whoever may use the engine's socket is as good as root on the host, so another user id protects little, and as root Harbormaster
# renders compose files as an unprivileged user without a network. Where policy wants another user all the same:
#   --user harbormaster --group-add "$(stat -c %g /var/run/docker.sock)", with a state directory that belongs to 10001.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["harbormaster", "healthcheck"]
ENTRYPOINT ["tini", "--", "harbormaster"]
CMD ["run"]

ARG COMMIT=unknown
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Harbormaster" \
      org.opencontainers.image.description="GitOps for Docker Compose hosts" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
