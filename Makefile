# One command for everything. `make help` lists them.

# The wrapper downloads Maven; where it cannot, the one on the PATH does.
MVN ?= $(shell ./mvnw -v >/dev/null 2>&1 && echo ./mvnw || echo mvn)
MAVEN_FLAGS ?= --batch-mode --no-transfer-progress
AGENT := agent/target/dist/bin/cni-metrics-agent
SOURCES := pom.xml agent/pom.xml $(shell find agent/src/main agent/src/dist -type f)

.DEFAULT_GOAL := help
.PHONY: help dry-run test deploy-test cluster-test package bench format goldens clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

dry-run: $(AGENT) ## Print the metrics of a simulated node
	@$(AGENT) dry-run --simulate

test: ## Run every test of the gate
	@# Without Python some tests are skipped, and say so; never in continuous integration.
	@tools/venv.sh >/dev/null || test -z "$$CI"
	$(MVN) $(MAVEN_FLAGS) verify

deploy-test: ## Test the manifests, the chart and the policy documents
	@tools/deploy-test.sh

cluster-test: ## Apply the manifests and the chart to a real Kubernetes API server
	@tools/cluster-test.sh

package: ## Put a release together: VERSION=1.2.3 IMAGE=ghcr.io/OWNER/NAME DIGEST=sha256:...
	@MVN='$(MVN)' MAVEN_FLAGS='$(MAVEN_FLAGS)' tools/package.sh '$(VERSION)' '$(IMAGE)' '$(DIGEST)'

goldens: ## Rewrite the approved texts, docs/metrics.md and the README's example
	$(MVN) $(MAVEN_FLAGS) --quiet -pl agent test -Dtest='*GoldensTest,ReadmeTest' -Dgoldens.rewrite=true
	@git status --short README.md docs/metrics.md agent/src/test/resources/goldens

bench: ## Measure the decoders and the dry run; JDKS="HOME ..." on these JDKs
	@$(MVN) $(MAVEN_FLAGS) --quiet -Pbench package -Dmaven.test.skip=true
	@for jdk in $(or $(JDKS),'$(JAVA_HOME)'); do \
	  "$${jdk:+$$jdk/bin/}java" -jar benchmarks/target/benchmarks.jar || exit; \
	done
	@MVN='$(MVN)' tools/bench-dry-run.sh $(JDKS)

format: ## Format the sources
	$(MVN) $(MAVEN_FLAGS) spotless:apply

clean: ## Remove what was built
	$(MVN) $(MAVEN_FLAGS) clean

$(AGENT): $(SOURCES)
	@echo "building (the first time this downloads its libraries) ..."
	@$(MVN) $(MAVEN_FLAGS) --quiet package -Dmaven.test.skip=true
	@touch $@
