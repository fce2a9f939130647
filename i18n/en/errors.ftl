# What each refusal says: what happened, what was kept, what to do now.

error-malformed-title = Request not readable
error-malformed-detail = We could not read this request. Nothing was saved. Check its format and send it again.
error-invalid-title = Some details need correcting
error-invalid-detail = Nothing is saved yet. Correct the marked fields and send again.
error-unauthenticated-title = Please sign in
error-unauthenticated-detail = You are not signed in, or your session has ended. Nothing was changed. Sign in and try again.
error-bad-credentials-title = Sign-in refused
error-bad-credentials-detail = The user name or the password is not right. Check them and try again.
error-bad-signature-title = Signature refused
error-bad-signature-detail = The signature of this request is missing or does not match. Nothing was saved. Check the public address and the shared secret.
error-bad-csrf-title = This page is too old
error-bad-csrf-detail = This form can no longer be sent. Nothing was changed. Reload the page and send it again.
error-forbidden-title = Access refused
error-forbidden-detail = Your account does not allow this. Nothing was changed. If you need it, ask your clinic’s administrator.
error-insufficient-scope-title = Limited access
error-insufficient-scope-detail = This token does not give this right. Nothing was changed. Ask for a token that does: the WWW-Authenticate header names it.
error-not-found-title = Not found
error-not-found-detail = This address leads nowhere, or to nothing you may see. Check it, or go back to the start page.
error-method-not-allowed-title = Not possible here
error-method-not-allowed-detail = This address exists, but not for this action. Nothing was changed. Go back to the page before.
error-conflict-title = Not possible right now
error-conflict-detail = The current state does not allow it. Nothing was changed. Reload the page to see how things stand.
error-stale-title = Changed in the meantime
error-stale-detail = Somebody changed this while you were working on it. Their version is kept, yours is not saved. Reload and make your change again.
error-too-large-title = Too large
error-too-large-detail = What you sent is larger than allowed. Nothing was saved. Make it smaller and try again.
error-unsupported-media-title = Type not accepted
error-unsupported-media-detail = This type of content is not accepted here. Nothing was saved. Choose another format and try again.
error-bad-range-title = No such part
error-bad-range-detail = The part that was asked for is not in this file. Nothing was sent. Ask for the whole file.
error-rate-limited-title = Too many requests
error-rate-limited-detail = Too many requests came in a short time. This one was not carried out. Wait a moment and try again.
error-unavailable-title = Not available at the moment
error-unavailable-detail = Something we need is not answering. This request may not have been carried out. Wait a moment, check, then try again.
error-internal-title = Something went wrong on our side
error-internal-detail = We could not finish. Your last action may not be saved; check it, then try again. If it keeps happening, give the request number to your administrator.

problem-empty-body = The request came without content. Nothing was saved. Send it with a JSON body.
problem-bad-json = The content is not correct JSON. Nothing was saved. Correct the marked place and send again.
problem-not-utf8 = The text is not encoded as UTF-8. Nothing was saved. Change the encoding and send again.
problem-nul-character = The text holds a NUL character, which we cannot keep. Nothing was saved. Remove it and send again.

field-required = Please fill this in.
field-unknown-field = There is no such field. Check its name or leave it out.
field-duplicate-field = This field is there twice. Keep one of them.
field-wrong-type = { $expected ->
    [text] A text is expected here.
    [number] A number is expected here.
    [boolean] Yes or no (true or false) is expected here.
    [list] A list is expected here.
    [object] An object is expected here.
   *[other] This value is not of the right type.
}
field-bad-json = At line { $line }, column { $column }.
field-too-long = { $max ->
    [one] One character at most.
   *[other] { $max } characters at most.
}
field-too-short = { $min ->
    [one] At least one character.
   *[other] At least { $min } characters.
}
field-not-a-phone = This is not a phone number. Example: +221 77 123 45 67.
field-no-such-number = This number does not exist in its country. Check the country code and the digits.
field-not-a-date = There is no such date. Write it like this: 2026-12-31.
field-out-of-range = This value is out of range. Check it.
field-not-a-choice-alone = There is no such choice. Take one of those that are offered.
field-not-a-choice = There is no such choice. Possible: { $choices }.
field-taken = Already taken. Choose another.
field-malformed = This value cannot be read. Check how it is written.
