# Built by `npm run image` (docs/releasing.md). BASE brings Node 26 with npm and the libraries that Node links: Debian, or another Linux
# with glibc. It has no default: a base is named by its digest, and which digest is the newest can only be asked of its registry.
ARG BASE
FROM ${BASE} AS build
ARG BASE
ARG VERSION
RUN case "$BASE" in \
      *@sha256:*) ;; \
      *) echo "Name the base by its digest: --build-arg BASE=${BASE}@sha256:<digest>" >&2; exit 1 ;; \
    esac
WORKDIR /dropstack
COPY package.json package-lock.json .npmrc tsconfig.json LICENSE ./
RUN test "$VERSION" = "$(node --print 'require("./package.json").version')" || \
    { echo 'VERSION is not that of package.json: build with npm run image' >&2; exit 1; }
# A registry or an authority of one's own: --secret id=npmrc,src=<file>. No script of a package runs, and Node comes with the base.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --ignore-scripts
COPY src src
COPY deploy/release deploy/release
RUN npm run build && npm run --silent sbom -- --node >sbom.cdx.json && npm prune --omit=dev --ignore-scripts
RUN sh deploy/release/collect.sh /out && mkdir -p /own/data

# Nothing of the base but Node and what it links: no shell, no package manager, no compiler.
FROM scratch
ARG BASE
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="dropstack" \
      org.opencontainers.image.description="An OCI registry that serves Cloud Foundry droplets as images over any versioned root filesystem" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
COPY --from=build /out /
COPY --from=build --chown=2000:2000 /own /
ENV PATH=/usr/local/bin
USER 2000:2000
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["node", "/dropstack/src/dropstack.js"]
CMD ["serve", "--data", "/data", "--listen", "0.0.0.0:8080", "--users", "/etc/dropstack/users"]
