CREATE TABLE import_rows (
    operation TEXT NOT NULL,
    number BIGINT NOT NULL,
    stage BIGINT NOT NULL,
    failure TEXT NOT NULL,
    handed_over BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (operation, number)
);
CREATE TABLE import_stops (
    operation TEXT NOT NULL PRIMARY KEY,
    asked_at BIGINT NOT NULL
);
