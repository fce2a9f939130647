# The state of a message and its reasons.

message-state-queued = waiting
message-state-sending = being sent
message-state-accepted = handed to the operator
message-state-sent = sent
message-state-delivered = delivered
message-state-read = read
message-state-failed = failed
message-state-expired = expired
message-state-refused = not sent
message-state-cancelled = cancelled
message-state-simulated = simulated

reason-sms = Sent by SMS.
reason-inside_window = The patient wrote on WhatsApp less than 24 hours ago.
reason-template = Sent as an approved template.
reason-quiet_hours = It is night where the patient lives: the message waits for the morning.
reason-expired = The message had lost its use and was not sent.
reason-expires_overnight = The message would have lost its use by morning and was not sent.
reason-opted_out = This number does not want such messages.
reason-window_closed = WhatsApp takes free text only within 24 hours of the patient’s last message.
reason-bad_number = This number cannot be reached by this channel. Check it with the patient.
reason-blocked = The operator or the patient blocks our messages.
reason-out_of_window = WhatsApp’s 24 hours are over.
reason-content_refused = The operator refused the text. Put it in other words.
reason-account = The operator’s account does not allow sending: an administrator must act.
reason-device_gone = The app is no longer on this device.
reason-undelivered = The operator could not deliver the message.
reason-provider_silent = The sending service does not answer: the message waits and goes when it does.
reason-paced = The message waits its turn: a number may only send so many a second.
reason-given_up = Several tries failed. You can send it again.

provider-twilio = Twilio
provider-gateway = The SMS operator
provider-sendgrid = SendGrid
provider-smtp = The mail server
provider-simulator = The simulator
outbox-silent = { $provider } has not answered since { $since }: its messages wait and go as soon as it does.
outbox-next = Next try at { $at }.
outbox-trying = A message is trying it now.

outbox-title = Messages sent
outbox-state = State
outbox-channel = By
outbox-number = Number
outbox-any = All
outbox-show = Show
outbox-all = Show all
outbox-none = No message has left yet.
outbox-none-such = No message is like that. Ask for less, or show all.
outbox-count = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
outbox-when = When
outbox-to = To
outbox-why = Why
outbox-again = Send again

reason-bounced = The server of this address refused the message for good: nobody is there. Check it with the person.
reason-dropped = The sending service no longer writes to this address: it refused messages before.
reason-complained = The reader called a message unwanted.
reason-unsubscribed = The reader wants no more e-mails.

addresses-title = Addresses that get no e-mails
addresses-intro = These addresses refused our e-mails, or their owners want none. Correct the address with the person; if it is right, let e-mails go there again.
addresses-none = Every address gets its e-mails.
addresses-lift = Send e-mails again
