# The agent with a Java runtime of its own: no shell, no package manager, nothing that runs as root.
#
#   docker build -t cni-metrics-agent .
#   docker buildx build --platform linux/amd64,linux/arm64 ...    # each platform makes its own runtime and cache
#
# Behind a registry of one's own, the bases come from there: --build-arg JDK_IMAGE=... --build-arg BASE_IMAGE=...
ARG JDK_IMAGE=docker.io/library/eclipse-temurin:25.0.3_9-jdk-noble
# glibc is all that the runtime needs: it brings zlib, TLS and certificate authorities of its own.
ARG BASE_IMAGE=gcr.io/distroless/base-nossl-debian12:nonroot

FROM ${JDK_IMAGE} AS build
WORKDIR /src
ARG MVN="./mvnw --batch-mode --no-transfer-progress --quiet"
COPY . .
RUN ${MVN} -Pimage package -Dmaven.test.skip=true
# Where it will lie in the last stage, too: the cache knows its jar by its place, size and date.
RUN JAVA25_HOME="${JAVA_HOME}" tools/image/build.sh /opt/agent

# `docker build --target test .` runs the process tests against what the last stage gets.
FROM build AS test
RUN JAVA25_HOME="${JAVA_HOME}" MVN="${MVN}" tools/image/test.sh /opt/agent

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="CNI Metrics Agent" \
      org.opencontainers.image.description="Publishes what the AWS VPC CNI of a node knows of its addresses to CloudWatch" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/agent /opt/agent
# One arena of malloc instead of eight a core.
ENV PATH=/opt/agent/runtime/bin:/usr/bin:/bin MALLOC_ARENA_MAX=1
WORKDIR /opt/agent
USER 10001:10001
# PID 1 is java itself, so SIGTERM reaches it. `kubectl exec POD -- java @agent.args doctor` needs no shell either.
ENTRYPOINT ["/opt/agent/runtime/bin/java", "@/opt/agent/agent.args"]
CMD ["run"]
