#!/usr/bin/env bash
# Every test that this machine allows. The last lines say what was left out and how to have it.
set -euo pipefail
cd "$(dirname "$0")/.."
left_out=()
have() { command -v "$1" >/dev/null 2>&1; }

have go || { echo "Go is needed to build the lab's Kubernetes and Dex."; exit 1; }
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || left_out+=("PostgreSQL: apt-get install postgresql")

cargo run --locked --quiet -p kubeflow-admin-cluster-tests --bin lab -- build
[ "$(id -u)" -ne 0 ] || cargo run --locked --quiet -p kubeflow-admin-cluster-tests --bin lab -- build --node
data=../shared/data/kubeflow
if [ -z "${KUBEFLOW_ADMIN_RENDERED:-}" ] && [ -d "$data" ]; then
  KUBEFLOW_ADMIN_RENDERED=$(cd "$data" && pwd)
  export KUBEFLOW_ADMIN_RENDERED
fi
[ -n "${KUBEFLOW_ADMIN_RENDERED:-}" ] || left_out+=("rendered releases of Kubeflow: set KUBEFLOW_ADMIN_RENDERED to a folder of *.yaml.gz made by kustomize build")
samples=$(cd tests/cluster/go/dex-2.45 && go list -m -f '{{.Dir}}' github.com/dexidp/dex 2>/dev/null || true)
if [ -n "$samples" ]; then
  export KUBEFLOW_ADMIN_DEX_SAMPLES="$samples"
fi
# What is in a browser is built everywhere, so that it cannot rot; by itself, as its crates want other features.
cargo test --locked -p kubeflow-admin-browser-tests --no-run
cargo test --locked --workspace --exclude kubeflow-admin-browser-tests
# The same scenarios once more, on the sandbox in the place of the cluster: a difference is a failure.
LAB_KUBERNETES=sandbox LAB_DEX=sandbox cargo test --locked -p kubeflow-admin-cluster-tests --test lab --test scenarios

if have chromium && have chromedriver; then
  # On the demo: every page, the main jobs with and without scripts, the keyboard. Screenshots are below target/tmp.
  cargo test --locked -p kubeflow-admin-browser-tests --test demo
else
  left_out+=("the pages in a browser: apt-get install chromium chromium-driver")
fi
if [ "$(id -u)" -eq 0 ] && have containerd && have chromium && have chromedriver; then
  cargo test --locked -p kubeflow-admin-browser-tests --test browser
else
  left_out+=("the whole node with its browser scenario: run 'make test' as root, which installs containerd and chromium")
fi

if [ ${#left_out[@]} -gt 0 ]; then
  echo "Left out:"
  printf '  - %s\n' "${left_out[@]}"
else
  echo "Nothing was left out."
fi
