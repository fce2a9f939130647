# Calls.

outbox-voice = Call
outbox-tries = (try { $count })

reason-voice = Called.
reason-call_busy = The line was engaged.
reason-call_no_answer = Nobody picked up.
reason-call_canceled = The call was taken back before it was picked up.
reason-call_failed = The call could not be put through. Check the number with the patient.

call-prompt = To confirm, press 1. To cancel, press 2. To hear this again, press 9.
call-goodbye = Thank you for listening. Goodbye.
call-thanks-1 = Thank you, this is confirmed. Goodbye.
call-thanks-2 = Thank you, your cancellation is noted. Goodbye.
call-key-1 = Key 1: confirmed
call-key-2 = Key 2: cancelled

simulator-calls = Calls
simulator-no-call = No call on this phone.
simulator-not-picked-up = Do not pick up
simulator-engaged = Line engaged
