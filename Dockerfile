# jpki-verifier: production image. Node as in .nvmrc; no dev dependency, no sandbox, not root.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production JPKI_MODE=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/var/lib/jpki-verifier
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json openapi.yaml ./
COPY migrations ./migrations
RUN mkdir -p /var/lib/jpki-verifier && chown node:node /var/lib/jpki-verifier
VOLUME /var/lib/jpki-verifier
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
# Alive, not ready: a database outage must not make the orchestrator restart every replica.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The other commands: docker run … IMAGE node dist/main.js cli migrate
CMD ["node", "dist/main.js"]
