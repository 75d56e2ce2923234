# kubeflow-admin: `make` shows what there is.
SHELL := bash

.PHONY: help setup assets demo test test-older lab ci fmt lint screenshots image-size

# The pictures of README and docs, out of those that the browser tests take.
PICTURES := overview-1280-light plan-1280-light profile-busy-1280-dark checks-1280-light profiles-400-dark

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Install the Debian packages that the tests use (root; leaves out what is there)
	@bash tests/setup.sh

assets: static/dist/app.css ## Bundle styles and scripts into static/dist

static/dist/app.css: package-lock.json static/build.mjs static/app.css static/app.js $(shell find templates -name "*.html")
	npm ci --ignore-scripts --no-audit --no-fund
	node static/build.mjs

demo: assets ## Try the dashboard on port 8080, on a Kubeflow in memory
	cargo run --locked --bin kubeflow-admin -- demo

lab: setup assets ## Start the lab and leave it running; prints KUBECONFIG (LAB=--node for the whole node)
	cargo build --locked --bin kubeflow-admin
	cargo run --locked -p kubeflow-admin-cluster-tests --bin lab -- up $(LAB)

test: setup assets ## Run every test that this machine allows; the last lines say what was left out
	@bash tests/run.sh

test-older: assets ## Run the scenarios on LAB_KUBERNETES and LAB_DEX, such as 1.30.14 and 2.41.1
	cargo build --locked --bin kubeflow-admin
	cargo run --locked --quiet -p kubeflow-admin-cluster-tests --bin lab -- build
	cargo test --locked -p kubeflow-admin-cluster-tests --test lab --test scenarios

screenshots: assets ## Take the pictures of README and docs anew (needs chromium)
	cargo build --locked --bin kubeflow-admin
	cargo test --locked -p kubeflow-admin-browser-tests --test demo every_page
	folder=$$(cargo metadata --format-version 1 --no-deps | sed -E 's/.*"target_directory":"([^"]*)".*/\1/')/tmp/screenshots/demo; \
	node docs/images/take.mjs "$$folder" $(PICTURES)

# The target is named so that build scripts and macros are not linked statically, which they cannot be.
image-size: assets ## Build the image's program (release, static; some minutes) and say how large the image is
	set -e; host=$$(rustc -vV | sed -n 's/^host: //p'); \
	folder=$$(cargo metadata --format-version 1 --no-deps | sed -E 's/.*"target_directory":"([^"]*)".*/\1/'); \
	RUSTFLAGS="-C target-feature=+crt-static" cargo build --locked --release --bin kubeflow-admin --target "$$host"; \
	cargo run --locked --quiet -p kubeflow-admin-cluster-tests --bin lab -- image "$$folder/$$host/release/kubeflow-admin"

ci: ## What the continuous integration runs
	@bash .ci/run

lint: assets ## Formatting and lints, warnings are errors
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

fmt: ## Format everything
	cargo fmt --all
