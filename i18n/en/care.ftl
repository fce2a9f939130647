# Consultation records: states, versions, what can go wrong, what is on the trail.
care-status-in-analysis = Being analysed
care-status-analysed = To be signed
care-status-analysis-failed = Analysis failed
care-status-validated = Signed
care-status-rejected = Refused

care-change-created = Entered
care-change-edited = Changed
care-change-assigned = Given to a doctor
care-change-analysed = Analysed
care-change-analysis-failed = Analysis failed
care-change-validated = Signed
care-change-rejected = Refused
care-change-relaunched = Another analysis asked for
care-change-amended = Amended and signed
care-change-deleted = Taken back

problem-already-signed = This record is signed. Nothing was changed; to correct it, sign another version and say why.
problem-already-rejected = This record was refused. Nothing was changed; ask for another analysis to open it again.
problem-not-signed = This record is not signed: change it directly.
problem-nothing-changed = Nothing differs from the signed version. Change at least one field.

field-doctor-only = Only a doctor can fill in this field.
field-read-only = This field cannot be written. Remove it.
field-outside = This value must be between { $min } and { $max }.
field-in-the-future = This date is in the future. Check it.
field-too-long-ago = This date is too long ago. Check the year.
field-not-a-pressure = Write the blood pressure like this: 120/80.
field-pressure-upside-down = The first number of a blood pressure is the larger one. Example: 120/80.
field-pressure-outside = This blood pressure is outside the limits (40 to 300 over 20 to 200). Check it.
field-age-needs-approximate = Tick “date of birth is approximate” to give an age, or give the date.
field-no-such-doctor = This is no doctor of this clinic.

scope-read-record = Read consultation records
scope-write-record = Enter and change consultation records

audit-object-encounter = Consultation record
audit-object-encounter-list = List of consultation records

audit-does-encounter-read = { $actor } opened the consultation record { $of_patient }.
audit-does-encounter-create = { $actor } entered a consultation record { $of_patient }.
audit-does-encounter-update = { $actor } changed the consultation record { $of_patient }.
audit-does-encounter-assign = { $actor } gave the consultation record { $of_patient } to a doctor.
audit-does-encounter-analysed = { $actor } finished the analysis of the consultation record { $of_patient }.
audit-does-encounter-analysis-failed = { $actor } could not analyse the consultation record { $of_patient }.
audit-does-encounter-validate = { $actor } signed the consultation record { $of_patient }.
audit-does-encounter-reject = { $actor } refused the consultation record { $of_patient }.
audit-does-encounter-relaunch = { $actor } asked for another analysis of the consultation record { $of_patient }.
audit-does-encounter-amend = { $actor } amended and signed the consultation record { $of_patient }.
audit-does-encounter-delete = { $actor } took back a consultation record { $of_patient }.
audit-does-encounter-message = { $actor } wrote a message on the consultation record { $of_patient }.
audit-does-encounter-list = { $actor } looked at the list of consultation records.
audit-does-encounter-search = { $actor } searched for a consultation record.
audit-action-encounter-read = Open a consultation record
audit-action-encounter-create = Enter a consultation record
audit-action-encounter-update = Change a consultation record
audit-action-encounter-assign = Give a consultation record to a doctor
audit-action-encounter-analysed = Analysis finished
audit-action-encounter-analysis-failed = Analysis failed
audit-action-encounter-validate = Sign a consultation record
audit-action-encounter-reject = Refuse a consultation record
audit-action-encounter-relaunch = Ask for another analysis
audit-action-encounter-amend = Amend a signed record
audit-action-encounter-delete = Take back a consultation record
audit-action-encounter-message = Write on a consultation record
audit-action-encounter-list = See the list of consultation records
audit-action-encounter-search = Search for a consultation record

audit-my-encounter-read = Opened one of your consultation records
audit-my-encounter-create = Entered a consultation record for you
audit-my-encounter-update = Completed one of your consultation records
audit-my-encounter-validate = Signed one of your consultation records
audit-my-encounter-amend = Amended and signed one of your consultation records
audit-my-encounter-message = Wrote to you about a consultation record

care-level-vert = green
care-level-jaune = yellow
care-level-rouge = red
care-analysis-by-rules = Analysis without AI, by the safety rules.
care-analysis-level = Level: { $level }
care-analysis-news2 = NEWS2: { $score }
care-analysis-news2-incomplete = NEWS2 incomplete: { $score } with what is known
care-analysis-missing = To be completed: { $fields }

notice-waits-for = { $clinic }. Hello { $name }, a document is waiting for you. To read it, { $link } or come to our reception.
notice-waits = { $clinic }. A document is waiting for you. To read it, { $link } or come to our reception.
problem-patient-no-phone = This patient has no number. Nothing was sent. Add a number to the patient’s file, then try again.
problem-opted_out = This patient wants no messages. Nothing was sent; speak to the patient at the next visit.
audit-does-encounter-notify = { $actor } told the patient of the consultation record { $of_patient }.
audit-action-encounter-notify = Tell the patient of a record
audit-my-encounter-notify = Told you that a document is waiting
