SELECT number, stage, failure, handed_over, body FROM import_rows WHERE operation = $1 ORDER BY number
