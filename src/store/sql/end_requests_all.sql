SELECT body FROM end_requests ORDER BY thing
