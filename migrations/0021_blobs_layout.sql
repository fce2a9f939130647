-- Where a file lies, and what every range of it is checked against.
-- month: yyyymm in UTC of the folder <tenant>/<yyyy>/<mm>/; 0 for files from before this file, which lie in <tenant>/.
ALTER TABLE blob ADD COLUMN month {int} NOT NULL DEFAULT 0;
-- The SHA-256 of each 256 KiB, 32 bytes each, one after the other. Files from before have none.
ALTER TABLE blob ADD COLUMN pieces {bytes};
-- Pixels, of pictures that came through the checks of file_rules.
ALTER TABLE blob ADD COLUMN width {int};
ALTER TABLE blob ADD COLUMN height {int};
-- A small picture of this one, a file of its own.
ALTER TABLE blob ADD COLUMN thumbnail_id {uuid};
