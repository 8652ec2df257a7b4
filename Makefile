# Each task of the project is one target. `make help` lists the targets.

# The wrapper ./mvnw downloads Maven. If the download fails, the Maven on the PATH is used.
MVN ?= $(shell ./mvnw -v >/dev/null 2>&1 && echo ./mvnw || echo mvn)
MAVEN_FLAGS ?= --batch-mode --no-transfer-progress
AGENT := agent/target/dist/bin/cni-metrics-agent
# The contents of the JVM image, built without a container engine.
BUILT := agent/target/image/agent.args
NATIVE := agent/target/native/cni-metrics-agent
IMAGE ?= cni-metrics-agent
# `make footprint`: MINUTES is the length of each run. The printed value is the median of RUNS runs.
MINUTES ?= 10
# `make fleet`: the number of simulated nodes.
NODES ?= 10000
RUNS ?= 3
# `make numbers-test`, `make chaos`: the same seed gives the same nodes and faults. 0 chooses a random seed. MINUTES is the length of this run too.
SEED ?= 0
# `make backlog`: the length of the backlog at the start.
BACKLOG_HOURS ?= 24
# `make ipamd-test`: an empty SCENARIOS runs all scenarios.
RELEASES ?= 1.23.2 1.19.6 1.15.5
SCENARIOS ?=
# `make fuzz`: the time for each test.
SECONDS ?= 60
# `make soak`: the length of the run. Fractions are allowed.
HOURS ?= 0.5
JAVA := $(if $(JAVA_HOME),$(JAVA_HOME)/bin/)java
# Compiles the tests, and writes the class path of the tests to the file CLASS_PATH.
CLASS_PATH := $(CURDIR)/agent/target/test.classpath
TEST_CLASSES = $(MVN) $(MAVEN_FLAGS) --quiet -pl agent test-compile dependency:build-classpath \
  -Dmdep.outputFile=$(CLASS_PATH) && \
  sed -i '1s|^|$(CURDIR)/agent/target/test-classes:$(CURDIR)/agent/target/classes:|' $(CLASS_PATH)
SOURCES := pom.xml agent/pom.xml $(shell find agent/src/main agent/src/dist -type f)

.DEFAULT_GOAL := help
.PHONY: help dry-run test numbers-test alarms-test prometheus-test deploy-test cluster-test release-test ipamd-test
.PHONY: package goldens picture format clean
.PHONY: bench bench-build bench-decode bench-dry-run bench-publish
.PHONY: native image image-test jvm-image-test container-test
.PHONY: footprint soak outage backlog chaos image-chaos fuzz fleet compare audit

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

dry-run: $(AGENT) ## Print the metrics of a simulated node
	@$(AGENT) dry-run --simulate

test: ## Run every test of the gate
	@# Without Python some tests are skipped, and a line says so. If the variable CI is set, these tests fail instead.
	@tools/venv.sh >/dev/null || test -z "$$CI"
	$(MVN) $(MAVEN_FLAGS) verify

deploy-test: ## Test the manifests, the chart and the policy documents
	@tools/deploy/test.sh

numbers-test: $(AGENT) ## Compare the metrics of random nodes with a second calculation: SEED=0
	@tools/numbers/compare.py $(AGENT) 100 $(SEED)

alarms-test: ## Evaluate the PromQL alarms on the stories with Prometheus' promtool; needs Go
	@$(TEST_CLASSES)
	@tools/alarms.sh "$$(cat $(CLASS_PATH))"

prometheus-test: $(AGENT) ## Compare a real Prometheus, by OTLP and by scrapes, with the truth: MINUTES=10; needs Go
	@$(TEST_CLASSES)
	@tools/prometheus/test.sh $(AGENT) "$$(cat $(CLASS_PATH))" $(MINUTES)

ipamd-test: $(AGENT) ## Run the agent beside the real ipamD: RELEASES, SCENARIOS; needs root and Go
	@tools/ipamd/test.sh $(AGENT) '$(RELEASES)' $(SCENARIOS)

cluster-test: ## Apply the manifests and the chart to a real Kubernetes API server
	@tools/cluster/test.sh

release-test: $(AGENT) ## Rehearse a release with a registry on this machine; needs Go
	@tools/release/test.sh

package: ## Build the files of a release: VERSION=1.2.3 IMAGE=ghcr.io/OWNER/NAME DIGEST=sha256:...
	@MVN='$(MVN)' MAVEN_FLAGS='$(MAVEN_FLAGS)' tools/deploy/package.sh '$(VERSION)' '$(IMAGE)' '$(DIGEST)'

goldens: ## Rewrite the golden files and the generated pages
	$(MVN) $(MAVEN_FLAGS) --quiet -pl agent test -Dtest='*GoldensTest,ReadmeTest' -Dgoldens.rewrite=true
	@git status --short README.md docs daemonset agent/src/test/resources/goldens

picture: $(AGENT) ## Draw docs/dashboard.png and docs/grafana.png: a simulated day; needs Go
	@MVN='$(MVN) $(MAVEN_FLAGS)' tools/docs/picture.sh

bench: bench-decode bench-dry-run bench-publish ## Run all benchmarks; JDKS="HOME ..." chooses the JDKs

bench-build:
	@$(MVN) $(MAVEN_FLAGS) --quiet -Pbench package -Dmaven.test.skip=true

bench-decode: bench-build ## Measure the decoders
	@for jdk in $(or $(JDKS),'$(JAVA_HOME)'); do \
	  "$${jdk:+$$jdk/bin/}java" -jar benchmarks/target/benchmarks.jar || exit; \
	done

bench-dry-run: ## Measure the dry run
	@MVN='$(MVN)' tools/bench/dry-run.sh $(JDKS)

bench-publish: bench-build ## Measure polls, sends and an outage of CloudWatch
	@tools/bench/publish.sh $(JDKS)

fleet: ## Simulate NODES=10000 nodes and CloudWatch's quota; draws docs/fleet.svg
	@$(MVN) $(MAVEN_FLAGS) --quiet -pl agent test -Dtest=FleetReport -Dtest.heap=6g -Dfleet.nodes=$(NODES)
	@python3 tools/docs/fleet_picture.py agent/target/fleet.csv $(NODES) >docs/fleet.svg

compare: $(AGENT) $(if $(JAVA25_HOME),$(BUILT)) ## Compare the agent with cni-metrics-helper and Telegraf: RUNS=3; needs Go
	@# With JAVA25_HOME the agent starts as in the JVM image. Otherwise it starts as in the distribution.
	@tools/compare/compare.sh $(RUNS) $(if $(JAVA25_HOME),$(dir $(BUILT)))

native: $(NATIVE) ## Compile the native executable: GRAALVM_HOME, or JAVA25_HOME (for tests only)

image: ## Build the container image; needs docker
	docker build --tag $(IMAGE) .

image-test: $(NATIVE) ## Run the process tests against the native executable
	@MVN='$(MVN) $(MAVEN_FLAGS) --quiet' tools/native/test.sh $(dir $(NATIVE))

jvm-image-test: $(BUILT) ## Run the process tests with the JVM image's runtime and jar; needs JAVA25_HOME
	@MVN='$(MVN) $(MAVEN_FLAGS) --quiet' tools/image/test.sh $(dir $(BUILT))

container-test: ## Build the image without a daemon and run it as in the manifest; needs root and Debian
	@tools/image/container-test.sh $(MINUTES)

footprint: $(BUILT) $(NATIVE) ## Measure memory, start and CPU: native, JVM image, default JVM; needs JAVA25_HOME
	@tools/bench/footprint.sh $(dir $(BUILT)) $(dir $(NATIVE)) $(MINUTES) $(RUNS)

soak: $(BUILT) $(NATIVE) ## Measure memory for hours: HOURS=0.5; needs JAVA25_HOME
	@"$$JAVA25_HOME/bin/java" -cp tools/image/target/classes io.cnimetrics.imagetest.Soak $(dir $(BUILT)) $(HOURS) $(NATIVE)

outage: $(NATIVE) ## Print the executable's memory while CloudWatch is away: MINUTES=10
	@tools/bench/outage.sh $(NATIVE) $(MINUTES)

backlog: $(NATIVE) bench-build ## The same with a backlog, until CloudWatch has it: BACKLOG_HOURS=24; takes 1 h
	@tools/bench/outage.sh $(NATIVE) 5 benchmarks/target/benchmarks.jar $(BACKLOG_HOURS)

CHAOS = $(TEST_CLASSES) && $(JAVA) -XX:+UseSerialGC -Xmx512m -Ddist=$(1) -cp "$$(cat $(CLASS_PATH))" \
  io.cnimetrics.chaos.Chaos $(SEED) $(MINUTES)

chaos: $(AGENT) ## Run agents under faults and check what arrives: SEED=0 MINUTES=10
	@$(call CHAOS,agent/target/dist)

image-chaos: $(NATIVE) ## The same with the native executable
	@tools/native/launcher.sh $(NATIVE) $(dir $(NATIVE))dist
	@$(call CHAOS,$(dir $(NATIVE))dist)

fuzz: ## Search for inputs that break decoders or settings: SECONDS=60 for each test
	@$(TEST_CLASSES)
	@tools/fuzz.sh "$$(cat $(CLASS_PATH))" $(SECONDS)

audit: ## List libraries that have a newer version
	@$(MVN) $(MAVEN_FLAGS) -pl agent org.codehaus.mojo:versions-maven-plugin:2.19.1:display-dependency-updates \
	  -DprocessDependencyManagement=false '-Dmaven.version.ignore=.*-(alpha|beta|M|RC).*' | grep -E -e '-> | \.\.\.$$' || echo "none"

format: ## Format the sources
	$(MVN) $(MAVEN_FLAGS) spotless:apply

clean: ## Remove what was built
	$(MVN) $(MAVEN_FLAGS) clean

$(BUILT): $(SOURCES) $(shell find tools/image -not -path '*/target*' -type f)
	@$(MVN) $(MAVEN_FLAGS) --quiet -Pimage package -Dmaven.test.skip=true
	@tools/image/build.sh $(dir $@)

$(NATIVE): $(AGENT) $(wildcard tools/native/*)
	@MVN='$(MVN)' tools/native/build.sh $(dir $@)

$(AGENT): $(SOURCES)
	@echo "building (the first build downloads the libraries) ..."
	@$(MVN) $(MAVEN_FLAGS) --quiet package -Dmaven.test.skip=true
	@touch $@
