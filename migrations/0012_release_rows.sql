CREATE TABLE release_rows (
    operation TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    about TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (operation, number)
);
