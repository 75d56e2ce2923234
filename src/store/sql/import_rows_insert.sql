INSERT INTO import_rows (operation, number, stage, failure, handed_over, created_at, body)
VALUES ($1, $2, $3, $4, 0, $5, $6)
