CREATE TABLE end_requests (
    thing TEXT NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL,
    claimed_until BIGINT,
    body TEXT NOT NULL
);
