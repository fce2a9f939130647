# Reminders that staff write to a patient

problem-reminder-leaving = This reminder may be leaving right now: it cannot be taken back. Nothing was changed; try again in a few minutes.
problem-reminder-sent = This reminder has left already. Nothing was changed; to send it once more, say so.
field-before-reminder = Choose a time after the reminder’s.
field-reminder-over = This time is over. Choose one that lies ahead, or give the time of the appointment if the reminder is still of use.
field-not-the-patients = This number is not in the patient’s record. Check it, or confirm that the message goes there (phone_override).
field-not-e164 = Write the number with its country’s prefix, for example +221 77 123 45 67.
work-queue-reminder_note = Reminders to be sent
audit-object-reminder = Reminder
audit-object-reminder-list = List of reminders
audit-does-reminder-list = { $actor } looked at the list of reminders.
audit-action-reminder-list = Look at reminders
audit-my-reminder-list = Looked at your reminders
audit-does-reminder-read = { $actor } read a reminder { $of_patient }.
audit-action-reminder-read = Read a reminder
audit-my-reminder-read = Read one of your reminders
audit-does-reminder-create = { $actor } wrote a reminder { $of_patient }.
audit-action-reminder-create = Write a reminder
audit-my-reminder-create = Wrote a reminder for you
audit-does-reminder-update = { $actor } changed a reminder { $of_patient }.
audit-action-reminder-update = Change a reminder
audit-my-reminder-update = Changed one of your reminders
audit-does-reminder-delete = { $actor } removed a reminder { $of_patient }.
audit-action-reminder-delete = Remove a reminder
audit-my-reminder-delete = Removed one of your reminders
audit-does-reminder-trigger = { $actor } had the reminders sent whose time had come.
audit-action-reminder-trigger = Have due reminders sent
audit-does-reminder-answer = Answer to a reminder { $of_patient }, noted by { $actor }.
audit-action-reminder-answer = Answer a reminder
audit-my-reminder-answer = Noted your answer to a reminder

notice-reminder-note = Reminder for { $name }: { $reason }{ $details }
reminder-note-visit = appointment
reminder-note-when = Appointment on { $day } at { $time }
reminder-note-medications = Medications: { $list }
reminder-note-consultations = Consultations: { $list }
notice-reminder-note-shared = { $clinic }. There is something for you, please call us or come to our desk.

reminder-state-pending = waiting
reminder-state-sending = being sent
reminder-state-sent = sent
reminder-state-delivered = received
reminder-state-failed = failed
reminder-state-expired = out of date
reminder-state-cancelled = cancelled
reminder-state-refused = not sent
reminder-state-simulated = simulated
reminder-method-whatsapp = WhatsApp
reminder-method-sms = SMS
reminder-method-call = Call
reminder-answer-confirmed = comes
reminder-answer-cancelled = does not come

notes-title = Reminders
notes-what = A reminder goes at its time, never at night. An SMS names no medicine and no medical reason.
notes-new = Write a reminder
notes-edit = Reminder
notes-send-due = Send what is due
notes-any = All
notes-state = State
notes-method = Way
notes-day = Day
notes-when = Goes at
notes-who = Patient
notes-reason = Reason
notes-reason-hint = For example “follow-up visit”. In an SMS, “appointment” stands for a medical reason.
notes-name = Name in the message
notes-phone = Phone
notes-phone-hint = With the country’s prefix, for example +221 77 123 45 67.
notes-phone-override = Write to this number although it is not in the record
notes-medications = Medications (optional)
notes-consultations = Consultations (optional)
notes-language = Language of the message
notes-language-fr = French
notes-language-en = English
notes-appointment = Appointment at (optional)
notes-expires = Of no use after (optional)
notes-expires-hint = Left empty: at the time of the appointment, or a day after it went.
notes-rearm = Send this reminder once more
notes-again = Send again
notes-stale = Somebody changed this reminder meanwhile. Nothing is lost: check it, then save again.
notes-none = There is no reminder yet. Write the first one: it will go at its time.
notes-none-such = No reminder matches. Widen the filters, or show all.
notes-count = { $count ->
    [one] { $count } reminder
   *[other] { $count } reminders
}
notes-of-patient = Reminders
notes-done-saved = The reminder is saved and will go at its time.
notes-done-again = The reminder goes once more.
notes-done-removed = The reminder is removed.
notes-done-due = { $triggered ->
    [0] No reminder was due.
    [one] 1 reminder triggered. Accepted by the operator: { $sent }; failed: { $failed }; waiting or simulated: { $skipped }.
   *[other] { $triggered } reminders triggered. Accepted by the operator: { $sent }; failed: { $failed }; waiting or simulated: { $skipped }.
}
reminder-note-you = you
