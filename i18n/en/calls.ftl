# Calls that may come again: the idempotency key.

problem-idempotency-key-reused = This key (Idempotency-Key) was already used for another request. Nothing was done. Take a new key for each new request.
problem-idempotency-in-progress = The first request with this key is still being answered. Nothing was done twice. Wait a moment, then send it again with the same key.
problem-idempotency-outcome-unknown = The first request with this key stopped after it had saved something. Nothing was done again. Look at what is there; if something is missing, start again with a new key.
