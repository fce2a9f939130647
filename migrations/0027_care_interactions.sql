-- Tables of interactions that the operator brings: their licence is the installation's, so every clinic's
-- rules use them. One row per import, the latest of a source is in use. What was replaced or removed stays as a
-- note of what the rules once said; its rows go, as a licence may end.
CREATE TABLE interaction_table (
    id {uuid} PRIMARY KEY,
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    row_count {int} NOT NULL,
    imported_by TEXT NOT NULL,
    imported_at {time} NOT NULL,
    ended_by TEXT,
    ended_at {time},
    content TEXT,
    CHECK ((ended_at IS NULL) = (content IS NOT NULL))
){strict};
CREATE UNIQUE INDEX interaction_table_in_use ON interaction_table (source) WHERE ended_at IS NULL;
--! platform_table interaction_table
