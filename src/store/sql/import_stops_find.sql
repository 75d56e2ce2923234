SELECT operation FROM import_stops WHERE operation = $1
