# syntax=docker/dockerfile:1
# A static program in an empty image. tests/it/dockerfile.rs keeps this file in step with the project, and the lab's
# node runs what the last stage describes.
FROM node:22-bookworm-slim AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
# The styles are made for the classes that the templates use.
COPY templates templates
COPY static static
RUN node static/build.mjs

FROM rust:1.95-bookworm AS build
WORKDIR /src
# With a target named, build scripts and macros are not linked statically, which they cannot be.
ENV RUSTFLAGS="-C target-feature=+crt-static"
RUN rustc -vV | sed -n 's/^host: //p' >/host
# Dependencies first: this layer is built again only when they change.
COPY Cargo.toml Cargo.lock ./
COPY tests/cluster/Cargo.toml tests/cluster/Cargo.toml
COPY tests/browser/Cargo.toml tests/browser/Cargo.toml
RUN mkdir -p src tests/it tests/cluster/src tests/browser/src tests/browser/tests/browser tests/browser/tests/demo \
    && touch src/lib.rs tests/it/main.rs tests/cluster/src/lib.rs tests/browser/src/lib.rs tests/browser/tests/browser/main.rs tests/browser/tests/demo/main.rs \
    && echo 'fn main() {}' | tee src/main.rs tests/cluster/src/main.rs >/dev/null \
    && cargo build --locked --release --bin kubeflow-admin --target "$(cat /host)"
COPY migrations migrations
COPY templates templates
# The demo runs with the rights that an installation has.
COPY deploy/base deploy/base
COPY src src
COPY --from=assets /src/static static
RUN touch src/lib.rs src/main.rs \
    && cargo build --locked --release --bin kubeflow-admin --target "$(cat /host)" \
    && install -D "target/$(cat /host)/release/kubeflow-admin" /out/kubeflow-admin \
    && mkdir -p /out/data

FROM scratch
LABEL org.opencontainers.image.title="kubeflow-admin" \
      org.opencontainers.image.description="The administrator's dashboard for Kubeflow" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/kubeflow-admin /kubeflow-admin
COPY --from=build --chown=65532:65532 /out/data /var/lib/kubeflow-admin
USER 65532:65532
EXPOSE 8080
ENV KUBEFLOW_ADMIN_LISTEN=0.0.0.0:8080 \
    DATABASE_URL=sqlite:/var/lib/kubeflow-admin/kubeflow-admin.db
HEALTHCHECK --interval=30s --timeout=3s CMD ["/kubeflow-admin", "health"]
ENTRYPOINT ["/kubeflow-admin"]
CMD ["serve"]
