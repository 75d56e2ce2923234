UPDATE import_rows SET handed_over = 1 WHERE operation = $1 AND stage > 0
