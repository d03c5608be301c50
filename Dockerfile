# The gateway as an image: built with everything, run with what a call needs, by a user who owns nothing.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 TAPGATE_DEPLOYMENT=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist/core ./dist/core
COPY --from=build /app/dist/plugins ./dist/plugins
COPY --from=build /app/dist/config ./dist/config
COPY --from=build /app/package.json /app/gateway.config.ts ./
# What plugins write; a volume begins with this owner. Mount a named one to keep it over containers.
RUN mkdir .tapgate && chown node:node .tapgate
VOLUME /app/.tapgate
USER node
EXPOSE 8000
# The port may have been changed by PORT; liveness asks nothing of providers.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
	CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Not through npm: signals must reach the gateway, which drains before it stops.
CMD ["node", "--enable-source-maps", "dist/config/cli.js", "serve"]
