UPDATE release_rows SET state = $3, detail = $4
WHERE operation = $1 AND number = $2
  AND EXISTS (SELECT 1 FROM operations WHERE operations.id = $1 AND operations.lease_owner = $5)
