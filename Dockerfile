# The agent's image is one native executable on glibc. It has no shell and no package manager. Nothing runs as root.
#
#   docker build -t cni-metrics-agent .
#   docker buildx build --platform linux/amd64,linux/arm64 ...    # each platform compiles its own executable
#   docker build --target jvm -t cni-metrics-agent-jvm .          # the same agent on a Java runtime
#
# To use base images from another registry: --build-arg GRAALVM_IMAGE=... JDK_IMAGE=... BASE_IMAGE=...
# To use an executable that is already built: --build-context native=DIR. tools/image/root.sh writes DIR.
ARG GRAALVM_IMAGE=ghcr.io/graalvm/native-image-community:25.0.2-ol9
ARG JDK_IMAGE=docker.io/library/eclipse-temurin:25.0.4.1_1-jdk-noble
# The agent needs only glibc, because time zones and certificate authorities are in the executable. The glibc of this
# base must not be older than the glibc of the stage `compile` (Oracle Linux 9: 2.34, Debian 13: 2.41).
ARG BASE_IMAGE=gcr.io/distroless/base-nossl-debian13:nonroot

FROM ${JDK_IMAGE} AS build
WORKDIR /src
ARG MVN="./mvnw --batch-mode --no-transfer-progress --quiet"
COPY . .
RUN ${MVN} -Pimage package -Dmaven.test.skip=true

FROM ${GRAALVM_IMAGE} AS compile
WORKDIR /src
COPY --from=build /src/tools tools
COPY --from=build /src/agent/target/dist agent/target/dist
# GraalVM's home is found by its program `java`.
RUN java=$(readlink -f "$(command -v java)") && GRAALVM_HOME="${java%/bin/java}" tools/native/build.sh /native && \
    tools/image/root.sh /native/cni-metrics-agent /root-directory

FROM scratch AS native
COPY --from=compile /root-directory /

# `docker build --target jvm .`
FROM build AS jvm-build
# The jar must have the same path here and in the final image. The cache identifies the jar by path, size and date.
RUN JAVA25_HOME="${JAVA_HOME}" tools/image/build.sh /opt/agent

# `docker build --target jvm-test .` runs the process tests with the runtime, the jar and the cache of the target `jvm`.
FROM jvm-build AS jvm-test
RUN JAVA25_HOME="${JAVA_HOME}" MVN="${MVN}" tools/image/test.sh /opt/agent

FROM ${BASE_IMAGE} AS base
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="CNI Metrics Agent" \
      org.opencontainers.image.description="Publishes the address metrics of each node's AWS VPC CNI to CloudWatch" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/OWNER/cni-metrics-agent" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Limits malloc to one arena to save memory. The default is up to eight arenas per core.
ENV MALLOC_ARENA_MAX=1

FROM base AS jvm
COPY --from=jvm-build /opt/agent /opt/agent
ENV PATH=/opt/agent/runtime/bin:/usr/bin:/bin
WORKDIR /opt/agent
USER 10001:10001
# java is PID 1 and receives SIGTERM. The image has no shell. To run the doctor: kubectl exec POD -- java @agent.args
# doctor
ENTRYPOINT ["/opt/agent/runtime/bin/java", "@/opt/agent/agent.args"]
CMD ["run"]

FROM base AS native-image
COPY --from=native / /
ENV PATH=/usr/local/bin:/usr/bin:/bin
USER 10001:10001
# The agent is PID 1 and receives SIGTERM. The image has no shell. To run the doctor: kubectl exec POD --
# cni-metrics-agent doctor
ENTRYPOINT ["cni-metrics-agent"]
CMD ["run"]
