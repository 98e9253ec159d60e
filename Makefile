# What a developer types; CI types the same.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
DENY := target/tools/bin/cargo-deny

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: web ## Start the demo: an edge, a shop with the snippet in it, a console
	$(CARGO) build -q -p coview-relay
	exec target/debug/coview demo

test: web chromium ## Run every test: Rust, TypeScript, real browser
	$(CARGO) test --workspace --no-fail-fast
	$(CARGO) build -p coview-relay
	node e2e/corpus.mjs
	npx playwright test

proxied: web chromium ## Use real applications directly and through the proxy, and compare
	$(CARGO) build -p coview-relay
	node e2e/apps/install.mjs
	COVIEW_COMPARE=1 npx playwright test

check: web $(DENY) ## Format, lints, types, docs, dependency law, snippet size
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps -q
	PATH="$(CURDIR)/target/tools/bin:$$PATH" cargo-deny --log-level error check bans licenses sources
	npx biome check .
	npm run -s types
	node dev/size.mjs

bench: web chromium peers ## Measure against peers and limits; writes benches/results/
	$(CARGO) build -q --release -p coview-benches -p coview-relay
	node benches/run.mjs

format: node_modules ## Write the format that `check` wants
	$(CARGO) fmt --all
	npx biome check --write .

web: node_modules ## Build snippet, agent module and console
	@npm run -s build

node_modules: package.json package-lock.json
	npm install --no-audit --no-fund --loglevel=error
	@touch node_modules

chromium: ## Install Chromium where there is none
	@bash dev/chromium.sh

peers: ## Install the servers that the asset cache is compared with
	@bash dev/peers.sh

$(DENY): dev/cargo-deny.sh
	@bash dev/cargo-deny.sh

.PHONY: help run test proxied check bench format web chromium peers
