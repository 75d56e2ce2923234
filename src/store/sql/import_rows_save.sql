UPDATE import_rows SET stage = $3, failure = $4, body = $5
WHERE operation = $1 AND number = $2
  AND EXISTS (SELECT 1 FROM operations WHERE operations.id = $1 AND operations.lease_owner = $6)
