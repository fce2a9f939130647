-- Names by their words: a clinic of a hundred thousand patients has a few thousand words.
-- Programs before this one filed every patient under every piece of his name.

-- The folded words of a patient's name and of the names that he had before.
CREATE TABLE patient_word (
    tenant_id {uuid} NOT NULL,
    word {folded} NOT NULL,
    patient_id {uuid} NOT NULL,
    PRIMARY KEY (tenant_id, word, patient_id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id)
){strict};
CREATE INDEX patient_word_of ON patient_word (tenant_id, patient_id);
--! tenant_table patient_word

-- The pieces of each word, so that search forgives a wrong letter. Rows are only added:
-- a word that nobody bears any more finds nobody and names nobody.
CREATE TABLE patient_word_piece (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    piece TEXT NOT NULL,
    word {folded} NOT NULL,
    PRIMARY KEY (tenant_id, piece, word)
){strict};
--! tenant_table patient_word_piece

-- Each program files its patients anew when it starts (patient.filed is below 2).
DROP TABLE patient_trigram;

-- All that finding the holders of a number needs: SQLite walked every link of the clinic.
CREATE INDEX patient_contact_holder ON patient_contact (tenant_id, contact_point_id, patient_id);
DROP INDEX patient_contact_point;
