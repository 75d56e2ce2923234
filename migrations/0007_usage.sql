CREATE TABLE usage (
    profile TEXT NOT NULL,
    resource TEXT NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    total DOUBLE PRECISION NOT NULL,
    peak DOUBLE PRECISION NOT NULL,
    promised DOUBLE PRECISION NOT NULL,
    samples BIGINT NOT NULL,
    PRIMARY KEY (profile, resource, step, at)
);
CREATE INDEX usage_by_time ON usage (step, at);
