# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY static static
RUN node static/build.mjs

FROM rust:1.95-bookworm AS build
WORKDIR /src
ENV CARGO_BUILD_TARGET=x86_64-unknown-linux-gnu RUSTFLAGS="-C target-feature=+crt-static"
# Dependencies first: this layer is built again only when they change.
COPY Cargo.toml Cargo.lock ./
COPY tests/cluster/Cargo.toml tests/cluster/Cargo.toml
COPY tests/browser/Cargo.toml tests/browser/Cargo.toml
RUN mkdir -p src tests/cluster/src tests/browser/src tests/it \
    && touch src/lib.rs tests/cluster/src/lib.rs tests/browser/src/lib.rs tests/it/main.rs \
    && echo 'fn main() {}' | tee src/main.rs tests/cluster/src/main.rs >/dev/null \
    && cargo build --locked --release --bin kubeflow-admin
COPY migrations migrations
COPY templates templates
COPY src src
COPY --from=assets /src/static static
RUN touch src/lib.rs src/main.rs && cargo build --locked --release --bin kubeflow-admin \
    && install -D "target/$CARGO_BUILD_TARGET/release/kubeflow-admin" /out/kubeflow-admin && mkdir -p /out/data

FROM scratch
LABEL org.opencontainers.image.title="kubeflow-admin" \
      org.opencontainers.image.description="The administrator's dashboard for Kubeflow" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/kubeflow-admin /kubeflow-admin
COPY --from=build --chown=65532:65532 /out/data /var/lib/kubeflow-admin
USER 65532:65532
EXPOSE 8080
ENV KUBEFLOW_ADMIN_LISTEN=0.0.0.0:8080
HEALTHCHECK --interval=30s --timeout=3s CMD ["/kubeflow-admin", "health"]
ENTRYPOINT ["/kubeflow-admin"]
CMD ["serve"]
