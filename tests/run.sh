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
cargo test --locked --workspace --no-run
cargo test --locked --workspace --exclude kubeflow-admin-browser-tests
# The same scenarios once more, on the sandbox in the place of the cluster: a difference is a failure.
LAB_KUBERNETES=sandbox LAB_DEX=sandbox cargo test --locked -p kubeflow-admin-cluster-tests --test lab --test scenarios

if [ "$(id -u)" -eq 0 ] && have containerd && have chromium && have chromedriver; then
  cargo test --locked -p kubeflow-admin-browser-tests
else
  left_out+=("the whole node with its browser scenario: run 'make test' as root, which installs containerd and chromium")
fi

if [ ${#left_out[@]} -gt 0 ]; then
  echo "Left out:"
  printf '  - %s\n' "${left_out[@]}"
else
  echo "Nothing was left out."
fi
