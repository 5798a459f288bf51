# One node of Privet: `docker build -t privet .`; examples/compose.yaml runs it.
FROM node:24-bookworm-slim AS build
WORKDIR /privet
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY bin bin
COPY console console
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /privet
COPY package.json package-lock.json ./
# The service runs on the image's Node: what scripts would add is another one.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY LICENSE ./
COPY bin bin
COPY src src
COPY --from=build /privet/console/dist console/dist
RUN mkdir -m 700 /data && chown node:node /data
# A volume that is made for it belongs to that user too.
VOLUME /data
# From outside the container, all that it shares with others is its network: see examples/compose.yaml for who gets in.
ENV HOST=0.0.0.0 PORT=4000 PRIVET_DATA=/data
EXPOSE 4000
USER node
HEALTHCHECK --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not by npm: this is the service's own process, which gets the signals and gives the exit code.
CMD ["node", "bin/privet.cjs", "serve"]
