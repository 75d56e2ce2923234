INSERT INTO operations (id, kind, state, subject, actor, created_at, updated_at, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
