DELETE FROM end_requests WHERE until < $1
