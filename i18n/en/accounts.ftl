# Patients' accounts and the record that is theirs.

accounts-title = Accounts waiting for their record
accounts-waiting = { $count ->
    [one] One patient account is waiting for its record
   *[other] { $count } patient accounts are waiting for their record
}
accounts-intro = Link an account to a record only when you are sure it is the same person: they will read that record. Check an identity document, or call back the number of the record.
accounts-none = No account is waiting for its record.
accounts-made = Account { $username }, created on { $date }
accounts-phone-known = Verified number
accounts-phone-unknown = Number not verified
accounts-no-phone = No phone
accounts-suggested = Records that may be theirs
accounts-no-suggestion = No record looks like this account.
accounts-link = Link this record
accounts-other = Look for another record
accounts-enter = First enter this person as a new patient
accounts-linked = The record of { $name } is linked to their account.
accounts-undo = Undo this link
accounts-own = Patient’s account:
accounts-unlink = Unlink this account
problem-record-has-account = This record already has an account. Nothing was changed: first unlink the other account, on the patient’s page.

unlinked-title = Your record is not linked to this account yet
unlinked-why = To protect your information, the clinic first checks that this account is really yours. Nothing is lost.
unlinked-step-profile = Fill in your date of birth and confirm your phone: you will be found faster.
unlinked-profile = Open my profile
unlinked-step-desk = Reception links your record. You can also come to the desk with an identity document, or call.
unlinked-step-then = Your appointments and consultations will appear here.
audit-does-patient-accounts = { $actor } looked at the accounts waiting for their record.
audit-does-patient-link-account = { $actor } linked an account to the record { $of_patient }.
audit-does-patient-unlink-account = { $actor } unlinked the account from the record { $of_patient }.
audit-action-patient-accounts = List accounts without a record
audit-action-patient-link-account = Link an account to a record
audit-action-patient-unlink-account = Unlink an account from a record
