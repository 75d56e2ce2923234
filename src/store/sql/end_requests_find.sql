SELECT body FROM end_requests WHERE thing = $1
