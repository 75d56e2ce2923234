CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    user_name TEXT NOT NULL,
    user_folded TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_folded, last_seen_at);
CREATE INDEX sessions_by_last_seen ON sessions (last_seen_at, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
