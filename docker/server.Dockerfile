# The API server. It never loads ONNX Runtime nor plugins, but shares the build with the executor.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npx tsc && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production LETHE_HOME=/var/lib/lethe
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The tokenizer's merge table.
COPY --from=build /app/assets ./assets
RUN install --directory --owner=node /var/lib/lethe
USER node
VOLUME /var/lib/lethe
EXPOSE 4000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/cli.js", "server"]
