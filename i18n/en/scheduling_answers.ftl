# Answers to reminders of appointments

notice-reminder-digit = { $clinic }. Reminder: appointment on { $day } at { $time }. Reply 1 to confirm that you are coming, 2 to cancel.
notice-reminder-link = { $clinic }. Reminder: appointment on { $day } at { $time }. Confirm or cancel on { $link }
notice-answer-coming = { $clinic }. Thank you, we expect you on { $day } at { $time }. To cancel, reply 2.
notice-answer-off = { $clinic }. Appointment on { $day } at { $time } cancelled, thanks. Another: { $link }
notice-answer-off-already = { $clinic }. Appointment on { $day } at { $time } was cancelled. Make another: { $link }
answer-note-sms = The patient answered the reminder by SMS.
answer-note-whatsapp = The patient answered the reminder by WhatsApp.
answer-note-voice = The patient answered the call by a key.
answer-note-link = Answered over the reminder’s link.
appointment-step-coming = Coming confirmed by the patient
agenda-coming = Is coming
agenda-coming-at = The patient confirmed that he is coming ({ $at })
my-appointment-coming = You confirmed that you are coming. Thank you!
reply-title = Your appointment
reply-ask = Are you coming? Your answer helps the clinic to expect you, or to give the place to somebody else.
reply-yes = I am coming
reply-no = Cancel
reply-coming = Noted, we expect you. If you cannot come after all, cancel here until the appointment begins.
reply-off = This appointment is cancelled and its place is free for somebody else. You can make another one, or call the clinic.
reply-again = Make another appointment
reply-over-title = This link shows nothing any more
reply-over = The appointment has begun or was moved, or the address is incomplete. Nothing was changed. Use the link of your latest message, or call the clinic.
audit-does-appointment-answer = Answer to the reminder of an appointment { $of_patient }, noted by { $actor }.
audit-action-appointment-answer = Answer the reminder of an appointment
audit-my-appointment-answer = Noted your answer to the reminder of an appointment
