INSERT INTO audit (id, at, actor, action, subject, outcome, operation, before_json, after_json, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO NOTHING
