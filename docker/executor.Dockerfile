# An executor: claims runs and forks a trainer for each. CPU; for CUDA see the README (npm run cuda:install).
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npx tsc && npm prune --omit=dev

FROM node:24-bookworm-slim
# Names on the sheets of images are drawn with a font of the system.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
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
CMD ["node", "dist/src/cli.js", "executor"]
