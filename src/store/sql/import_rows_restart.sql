UPDATE import_rows SET stage = 0, failure = '' WHERE operation = $1 AND handed_over = 0
