INSERT INTO release_rows (operation, number, state, detail, created_at, about, body)
VALUES ($1, $2, 'waiting', '', $3, $4, $5)
