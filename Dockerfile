# The base needs Node 26 with its libraries: pin it by digest where you build (--build-arg BASE=…@sha256:…).
ARG BASE=node:26-bookworm-slim
FROM ${BASE}
WORKDIR /dropstack
COPY package.json package-lock.json ./
COPY deploy/prepare.sh deploy/
# The runtime comes with the base: only what runs is installed, and no script of a package.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY src src
RUN mkdir /data && chown 2000:2000 /data
USER 2000:2000
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["node", "/dropstack/src/dropstack.js"]
CMD ["serve", "--data", "/data", "--listen", "0.0.0.0:8080", "--users", "/etc/dropstack/users"]
