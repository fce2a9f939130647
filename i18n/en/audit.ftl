# The audit trail, access to records, and who saw mine.

audit-title = Audit trail
audit-intro = Who did what, and who opened which record. Nothing in it can be changed or erased.
audit-export = Download as CSV
audit-alerts = Emergency access in the last seven days
audit-reason = Reason: “{ $reason }”
audit-person = Person
audit-action = Action
audit-object = Object
audit-from = From
audit-to = To
audit-any = All
audit-show = Show
audit-all = Show everything
audit-none = The trail is still empty.
audit-none-such = Nothing matches. Widen the filters, or show everything.
audit-count = { $count ->
    [one] { $count } entry
   *[other] { $count } entries
}
audit-number = No.
audit-when = When
audit-what = What
audit-role = As
audit-same-patient = This record
audit-of = { $vowel ->
    [yes] of { $name }
   *[no] of { $name }
}
audit-somebody = Somebody
audit-service = A connected service
audit-program = Lafiya
audit-unknown-patient = an unknown number

audit-does-other = { $actor }: { $action }.
audit-does-patient-read = { $actor } opened the record { $of_patient }.
audit-does-patient-list = { $actor } looked at the list of patients.
audit-does-patient-search = { $actor } searched for a patient.
audit-does-patient-create = { $actor } entered { $patient }.
audit-does-patient-update = { $actor } changed the record { $of_patient }.
audit-does-patient-add-contact = { $actor } added a number to the record { $of_patient }.
audit-does-patient-access = { $actor } changed who may open the record { $of_patient }.
audit-does-patient-break-glass = { $actor } opened the restricted record { $of_patient } in an emergency.
audit-does-conversation-read = { $actor } read the conversation { $of_patient }.
audit-does-conversation-list = { $actor } looked at the list of conversations.
audit-does-conversation-reply = { $actor } answered in the conversation { $of_patient }.
audit-does-conversation-note = { $actor } added a note to the conversation { $of_patient }.
audit-does-conversation-assign = { $actor } gave the conversation { $of_patient } to somebody.
audit-does-conversation-status = { $actor } closed or reopened the conversation { $of_patient }.
audit-does-conversation-resolve = { $actor } said who wrote from a shared number.
audit-does-conversation-confirm = { $actor } confirmed a patient’s number.
audit-does-conversation-refuse = { $actor } turned down a proposed number.
audit-does-media-read = { $actor } opened a file { $of_patient }.
audit-does-media-fetch-again = { $actor } had a file fetched again.
audit-does-message-send-again = { $actor } sent a message again.
audit-does-webhook-retry = { $actor } had a received message processed again.
audit-does-user-sign-in = { $actor } signed in.
audit-does-user-create = { $actor } created the account { $of_person }.
audit-does-user-reset-password = { $actor } gave { $person } a new password.
audit-does-audit-list = { $actor } looked at the audit trail.
audit-does-audit-export = { $actor } downloaded the audit trail.

audit-action-patient-read = Open a record
audit-action-patient-list = List patients
audit-action-patient-search = Search for a patient
audit-action-patient-create = Enter a patient
audit-action-patient-update = Change a record
audit-action-patient-add-contact = Add a number
audit-action-patient-access = Change access to a record
audit-action-patient-break-glass = Open in an emergency
audit-action-conversation-read = Read a conversation
audit-action-conversation-list = List conversations
audit-action-conversation-reply = Answer
audit-action-conversation-note = Add a note
audit-action-conversation-assign = Assign a conversation
audit-action-conversation-status = Close or reopen
audit-action-conversation-resolve = Say who wrote
audit-action-conversation-confirm = Confirm a number
audit-action-conversation-refuse = Turn down a number
audit-action-media-read = Open a file
audit-action-media-fetch-again = Fetch a file again
audit-action-message-send-again = Send a message again
audit-action-webhook-retry = Process again
audit-action-user-sign-in = Sign in
audit-action-user-create = Create an account
audit-action-user-reset-password = Change a password
audit-action-audit-list = Look at the trail
audit-action-audit-export = Download the trail

audit-object-patient = Patient
audit-object-patient-list = List of patients
audit-object-conversation = Conversation
audit-object-conversation-list = List of conversations
audit-object-inbound-media = Received file
audit-object-message = Message
audit-object-webhook-event = Received message to process
audit-object-user = Account
audit-object-audit = Audit trail

my-access-title = Who saw my record
my-access-intro = Each time somebody at the clinic opens or changes your record, it is written here.
my-access-none = Nobody has opened your record yet.
audit-my-other = Worked on your record
audit-my-patient-read = Opened your record
audit-my-patient-create = Created your record
audit-my-patient-update = Changed your record
audit-my-patient-add-contact = Added a number to your record
audit-my-patient-access = Changed who may open your record
audit-my-patient-break-glass = Opened your record in an emergency
audit-my-conversation-read = Read your messages
audit-my-conversation-reply = Answered you
audit-my-conversation-note = Added a note to your messages
audit-my-media-read = Opened a file you sent
problem-no-linked-record = Your account is not linked to a record. Ask the clinic’s reception to link it.

record-access-title = Access to the record
record-access-open = Access and privacy
record-access-intro = A restricted record opens only for the people ticked here. Others can open it in an emergency, with a reason, and you are told.
record-access-restricted = Restricted record
record-access-staff = Who may open this record
record-access-account = The patient’s account
record-access-account-hint = The name the patient signs in with. Empty: no account is linked.
record-access-history = See the trail of this record
restricted-badge = Restricted record
restricted-title = This record is restricted
restricted-intro = Only people named by an administrator may open it. If care requires it, open it in an emergency: access lasts 60 minutes, your reason is written in the audit trail and the administrators are told.
restricted-reason = Reason
restricted-reason-hint = At least ten characters: why does it have to be opened now?
restricted-open = Open in an emergency
problem-record-restricted = This record is restricted and you are not among the people named for it. If care requires it, open the patient’s page and ask for emergency access with a reason.
problem-not-restricted = This record is not restricted: you can open it without emergency access. Nothing was changed.
problem-account-linked = This account is already linked to another record. Nothing was changed: check the account’s name.
field-restricted = Restricted record ({ $id }).
field-no-patient-account = No patient account of this clinic has this name.
