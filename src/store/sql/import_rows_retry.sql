UPDATE import_rows SET failure = '' WHERE operation = $1
