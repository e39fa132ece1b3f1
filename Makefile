# Dossier: `make` lists what can be made.

GO          ?= go
BIN         := bin/dossier
FUZZTIME    ?= 10s
ORDEAL      ?= 200/2000
CHAOS       ?= 1000
TESTTIMEOUT ?= 30m
PORTION     ?= 1
MALFORMED   ?= 20000
# Packages that compute for long and share nothing between goroutines but by the
# locks of others. The race detector makes them ten times slower and finds
# nothing in them, so their code is left as it is in a test that races.
# Where pictures are read side by side, TestReadsTogether races all of it.
QUIET       := modernc.org/sqlite/lib modernc.org/libc/... modernc.org/memory math image/... golang.org/x/image/... \
	github.com/esimov/pigo/... github.com/ericlevine/zxinggo/... ./internal/vision/... ./internal/specimen/...
RACE        := -race $(foreach package,$(QUIET),'-gcflags=$(package)=-race=false -d=checkptr=0')

# Tools are built from source once and kept by version, so that a second run
# needs no network and a new version is a change of one line.
LINT_VERSION := v2.15.0
VULN_VERSION := v1.9.0
LINT         := .tools/golangci-lint-$(LINT_VERSION)/golangci-lint
VULN         := .tools/govulncheck-$(VULN_VERSION)/govulncheck

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build test chaos endurance bench bench-long bench-vision screenshots malformed reproducible sbom check format lint laws generated modules vulnerabilities generate fix cover fuzz tools clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build, then verify a specimen identity and serve (Ctrl-C ends it)
	$(BIN) dev --demo

build: ## build bin/dossier
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/dossier

test: ## run every test on real parts, with the race detector; installs what is missing
	@scripts/test-needs
	CGO_ENABLED=1 $(GO) test -race -timeout $(TESTTIMEOUT) -run TestReadsTogether ./internal/vision
	CGO_ENABLED=1 $(GO) test $(RACE) -timeout $(TESTTIMEOUT) ./...

endurance: ## 2,000 verifications while the server is killed 200 times, on both databases (ORDEAL=kills/verifications)
	@scripts/test-needs
	DOSSIER_TEST_ORDEAL=$(ORDEAL) $(GO) test -v -count 1 -timeout 2h -run '^TestNothingIsLostWhenTheServerIsKilled$$' ./cmd/dossier

bench-vision: ## what is read in drawn pictures, and how fast: every figure of docs/sandbox.md; PORTION=0.1 reads a tenth of the sets
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 4h ./internal/vision/figures -portion $(PORTION)

bench: ## all side by side with a rival in one run; fails where a ratio fell by more than a fifth; a peer that cannot be had is left out and said so
	$(GO) test -run '^$$' -bench . -benchtime 3s -timeout 20m ./internal/sandbox/peers
	$(GO) test -run '^$$' -bench . -benchtime 3s -timeout 10m ./internal/webhook
	$(GO) test -run '^$$' -bench . -benchtime 3s -timeout 10m ./internal/archive
	$(GO) test -run '^$$' -bench MalformedUpload -benchtime 3s -timeout 10m ./cmd/dossier
	@mkdir -p bin
	$(GO) test -run '^$$' -bench 'Create|Writers' -benchtime 4s -timeout 10m ./internal/store | tee bin/bench.txt
	$(GO) test -run '^$$' -bench . -timeout 20m ./bench | tee -a bin/bench.txt
	scripts/bench-ratios bin/bench.txt bench/ratios.txt

bench-long: ## read from a million dossiers and from a thousand, and every page of the console with a million processes, on both databases (about half an hour)
	@mkdir -p bin
	$(GO) test -run '^$$' -bench LongTables -benchtime 300x -timeout 40m ./internal/store | tee bin/bench-long.txt
	$(GO) test -run '^$$' -bench ConsolePages -benchtime 20x -timeout 60m ./cmd/dossier | tee bin/bench-console.txt
	scripts/bench-ratios bin/bench-long.txt bench/ratios.txt

chaos: ## break replicas, database and bucket under 1,000 verifications each (CHAOS=1000)
	@scripts/test-needs
	DOSSIER_CHAOS=$(CHAOS) $(GO) test -tags chaos -count 1 -timeout 60m -run '^TestTroubleLosesNothing$$' -v ./cmd/dossier

malformed: ## 20,000 malformed uploads against a server (MALFORMED=20000)
	DOSSIER_TEST_MALFORMED=$(MALFORMED) $(GO) test -v -count 1 -timeout $(TESTTIMEOUT) -run TestMalformedUploads ./cmd/dossier

reproducible: ## build twice, in two folders and with two caches, and compare
	scripts/reproducible

sbom: build ## write bin/dossier.cdx.json, the bill of materials in CycloneDX
	$(BIN) version --sbom >$(BIN).cdx.json

screenshots: ## write a picture of every screen of the end-user's pages, the console and the sandbox's page, in both sizes, to bin/screenshots
	@scripts/test-needs
	DOSSIER_SCREENSHOTS=$(CURDIR)/bin/screenshots $(GO) test -count 1 -run '^(TestEveryScreen|TestConsoleScreens|TestSandboxPage)$$' ./cmd/dossier
	@echo "see bin/screenshots"

check: format lint laws generated modules vulnerabilities ## everything that needs no running: format, vet, lint, laws, generated files, modules

format: $(LINT) ## fail where the formatter would change something
	$(LINT) fmt --diff

lint: $(LINT) ## go vet and the linters
	$(GO) vet ./...
	$(LINT) run

laws: ## the import table and the habits
	$(GO) test ./internal/arch

generated: ## fail where `make generate` would change something
	scripts/generated

modules: ## go.mod and go.sum are tidy and what they say is what was downloaded
	$(GO) mod tidy -diff
	$(GO) mod verify

vulnerabilities: $(VULN) ## known vulnerabilities in what we call
	scripts/vulnerabilities $(VULN)

generate: ## write the generated files anew
	$(GO) generate ./...

fix: $(LINT) ## format, and mend what the linters can mend
	$(LINT) fmt
	$(LINT) run --fix

cover: ## run the tests and show how much of each package they reach
	@mkdir -p bin
	$(GO) test -timeout $(TESTTIMEOUT) -coverpkg=./... -coverprofile=bin/cover.out ./...
	$(GO) tool cover -func=bin/cover.out | tail -1
	$(GO) tool cover -html=bin/cover.out -o bin/cover.html

fuzz: ## let each fuzz target look for trouble (FUZZTIME=10s)
	scripts/fuzz $(FUZZTIME)

tools: $(LINT) $(VULN) ## build the tools that check needs

$(LINT):
	@echo "building golangci-lint $(LINT_VERSION), about two minutes, once"
	@scripts/build-tool $(@D) github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

$(VULN):
	@scripts/build-tool $(@D) golang.org/x/vuln/cmd/govulncheck@$(VULN_VERSION)

clean: ## remove what was built; tools and data of `dossier dev` stay
	rm -rf bin
