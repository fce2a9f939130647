-- Patients and the phone numbers they can be reached on. A number may belong to several.

CREATE TABLE patient (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    search_name TEXT NOT NULL,
    birth_date TEXT,
    gender TEXT CHECK (gender IN ('M', 'F')),
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'inactive')),
    email TEXT,
    address TEXT,
    emergency_contact TEXT,
    emergency_phone TEXT,
    medical_history TEXT,
    allergies TEXT,
    current_medications TEXT,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version {int} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE INDEX patient_newest ON patient (tenant_id, created_at);
--! tenant_table patient

-- Three-letter pieces of the folded name, so that search forgives a wrong letter.
CREATE TABLE patient_trigram (
    tenant_id {uuid} NOT NULL,
    trigram TEXT NOT NULL,
    patient_id {uuid} NOT NULL,
    PRIMARY KEY (tenant_id, trigram, patient_id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id)
){strict};
CREATE INDEX patient_trigram_patient ON patient_trigram (tenant_id, patient_id);
--! tenant_table patient_trigram

CREATE TABLE contact_point (
    tenant_id {uuid} NOT NULL REFERENCES tenant (id),
    id {uuid} NOT NULL,
    phone TEXT NOT NULL,
    last_nine TEXT NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id)
){strict};
CREATE UNIQUE INDEX contact_point_phone ON contact_point (tenant_id, phone);
CREATE INDEX contact_point_last_nine ON contact_point (tenant_id, last_nine);
--! tenant_table contact_point

CREATE TABLE patient_contact (
    tenant_id {uuid} NOT NULL,
    patient_id {uuid} NOT NULL,
    contact_point_id {uuid} NOT NULL,
    is_primary {bool} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, patient_id, contact_point_id),
    FOREIGN KEY (tenant_id, patient_id) REFERENCES patient (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_point_id) REFERENCES contact_point (tenant_id, id)
){strict};
CREATE INDEX patient_contact_point ON patient_contact (tenant_id, contact_point_id);
CREATE UNIQUE INDEX patient_contact_primary ON patient_contact (tenant_id, patient_id) WHERE is_primary = {true};
--! tenant_table patient_contact
