CREATE TABLE operations (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX operations_by_time ON operations (created_at, id);
CREATE INDEX operations_by_state ON operations (state, lease_until);
