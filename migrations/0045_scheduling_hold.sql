-- For how many minutes a request that waits for its answer keeps its place.
ALTER TABLE public_booking ADD COLUMN hold_minutes {int} NOT NULL DEFAULT 15 CHECK (hold_minutes BETWEEN 5 AND 1440);
