### The link of a covert message, and the PIN that opens it.

seal-title = A message for you
seal-from = { $clinic } has a message for whoever knows the PIN.
seal-pin = PIN, four digits
seal-left = { $left ->
    [one] One try is left.
   *[other] You have { $left } tries.
}
seal-open = Read the message
seal-wrong = That is not the right PIN.
seal-no-pin = No PIN has been given yet. Ask for it at the clinic’s desk, then come back here.
seal-until = You can read it here until { $time }. Then the PIN is asked for again.
seal-account = Do you have an account?
seal-sign-in = Sign in.
seal-ask = No PIN? Ask for it at the desk.
seal-closed = Too many tries: to be safe, this message stays closed.
seal-kept = Nothing is lost: { $clinic } keeps the message. Call the clinic or come to the desk; you will be told what it says and given a new PIN.
seal-over-title = This link shows nothing any more
seal-over = Its time is over, or the address is incomplete. Nothing was changed. Take the link of your latest message, or call the clinic.

pin-title = PIN
pin-intro = With these four digits you read what covert messages do not say. Tell them to nobody.
pin-desk-intro = With these four digits the patient reads what covert messages do not say.
pin-set = Given on { $day } at { $time }.
pin-not-set = Not given yet.
pin-closed = Closed after too many tries: a new one is needed.
pin-give = Give a new PIN
pin-give-hint = The former one will no longer work.
pin-once = Remember it: it is not shown again. It is for you alone.
pin-desk-once = Tell it to the patient alone: it is not shown again, and nobody can look it up.
field-not-a-pin = Type the four digits of your PIN.

audit-does-patient-pin = { $actor } changed the PIN { $of_patient }.
audit-action-patient-pin = Give a PIN
audit-my-patient-pin = Gave a new PIN for your messages
audit-does-message-open-link = A message { $of_patient } was opened by its link, with the PIN.
audit-action-message-open-link = Message opened by its link
audit-my-message-open-link = Opened one of your messages by its link, with the PIN
audit-does-message-close-link = The link of a message { $of_patient } closed after three wrong PINs.
audit-action-message-close-link = Link closed by wrong PINs
audit-my-message-close-link = Closed the link of one of your messages by three wrong PINs
