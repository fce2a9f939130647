# The pages of consultation records.
consultations-title = Consultations
consultations-search = Name, number, phone or reason
consultations-from = From
consultations-to = To
consultations-filter = States
consultations-none = No record here. Change the search, or start a new consultation.
consultations-count = { $count ->
    [one] One record
   *[other] { $count } records
}
consultations-patient = Patient
consultations-state = State
consultations-doctor = Doctor
consultations-when = Date
consultations-of-patient = Consultations
consultation-all = All
consultation-mine = Mine
consultation-new = New consultation
consultation-edit = Edit the record
consultation-amend = Correct
consultation-age = Or age, if the date is unknown
consultation-years = years
consultation-age-years = { $years ->
    [one] { $years } year
   *[other] { $years } years
}
consultation-age-months = { $months } months
consultation-more = More
consultation-save = Save the record
consultation-amend-sign = Sign the correction
consultation-same-address = Same address as the patient
consultation-remote = Remote consultation
consultation-nothing-found = Unremarkable examination
consultation-undo = Undo
consultation-unanswered = Not answered
consultation-wrong = { $count ->
    [one] One field to correct
   *[other] { $count } fields to correct
}
consultation-filled = { $count ->
    [one] One field filled in
   *[other] { $count } fields filled in
}
consultation-colon = :
consultation-reason = Reason for the correction
consultation-reason-hint = The signed version stays readable. This reason stands beside the new one.
consultation-kept = Saved at { $at }
consultation-kept-here = Offline: kept on this device
consultation-draft-kept = You had begun to fill in this record. What you were typing at { $at } is kept.
consultation-draft-resume = Go on with what was typed at { $at }
consultation-draft-again = Go on
consultation-draft-drop = Start afresh
consultation-local-kept = This device kept, offline, what you were typing here.
consultation-resumed = Taken up from what you were typing at { $at }.
consultation-standing = In the record: { $text }
consultation-clash = Somebody changed this record while you were filling it in. Nothing is lost: choose below, then save.
consultation-clash-title = Two versions
consultation-clash-mine = Yours:
consultation-clash-theirs = The other:
consultation-level-green = Nothing urgent in what is noted
consultation-level-none = Nothing measured yet
consultation-level-yellow = See soon
consultation-level-red = Emergency
consultation-score = NEWS2 score: { $score }.
consultation-score-missing = Missing: { $fields }.
consultation-sources = Sources
consultation-look = look
consultation-last = Last consultation
consultation-motive = Reason
consultation-diagnosis = Diagnosis
consultation-treatment = Treatment
consultation-vitals = Vital signs
consultation-no-vitals = No vital sign taken.
consultation-before = before: { $value }
consultation-allergy = Allergy: { $what }
consultation-allergy-unnamed = to a drug that is not named
consultation-no-allergy = No allergy noted.
consultation-whole = The whole record
consultation-conclusion = Conclusion
consultation-signature = Signature
consultation-signature-hint = Your name as the record will show it.
consultation-red-seen = I have seen the emergency alerts and taken them into account.
consultation-sign = Sign
consultation-signed = Signed
consultation-signed-by = Signed by { $name }
consultation-reject = Refuse this record
consultation-reject-reason = Why
consultation-reject-button = Refuse
consultation-rejected-because = Refused: { $reason }
consultation-because = Reason: { $reason }
consultation-assign = Hand over to
consultation-assign-button = Hand over
consultation-relaunch = New analysis
consultation-messages = Messages with the patient
consultation-message = Write to the patient
consultation-versions = { $count ->
    [one] One version
   *[other] { $count } versions
}
consultation-changed = This record has just changed. What you are typing stays here.
consultation-reload = Reload
consultation-field-age = Age
consultation-field-red_seen = Emergency alerts
consultation-field-commentaire = Why
consultation-field-content = Message
consultation-field-medecin_id = Hand over to
consultation-field-reason = Reason for the correction
consultation-field-signature_medecin = Signature
consultation-pdf = PDF
consultation-tell = Tell the patient: the message says that a document is waiting, never which.
consultation-tell-sms = Tell by SMS
consultation-tell-whatsapp = Tell by WhatsApp
consultation-told = The message is on its way to the patient.
consultation-told-before = The patient was told of this version before. Nothing more was sent.
