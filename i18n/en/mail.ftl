# E-mails: what they say, and the pages that speak of them.

mail-verify-subject = Your Lafiya code
mail-verify-text =
    Hello { $name },

    Here is the code that confirms your e-mail address: { $code }

    It works for 15 minutes. Give it to nobody. If you asked for nothing, ignore this message.
mail-reset-subject = Choose a new password
mail-reset-text =
    Hello { $name },

    Open this link to choose a new password. It works once, for one hour.

    { $link }

    If you asked for nothing, ignore this message: your password stays the same.
mail-invitation-subject = { $clinic } invites you to Lafiya
mail-invitation-text =
    Hello { $name },

    { $clinic } invites you to its team on Lafiya. Open this link within 72 hours.

    { $link }

    If you do not know this organisation, ignore this message.
mail-changed-subject = A change to your Lafiya account
mail-changed-text =
    Hello { $name },

    { $what } It was on { $day } at { $time } ({ $clinic }).

    If it was you, all is well. If not, choose a new password here at once.

    { $link }
mail-changed-password = Your password was changed.
mail-changed-factor-on = The second factor was turned on.
mail-changed-factor-off = The second factor was turned off.
mail-changed-recovery-codes = New recovery codes were made.

mail-forgotten-hint = Give your user name, your e-mail or your phone. We send a link to your verified address, or a 6-digit code to your phone.
mail-forgotten-submit = Get a link or a code
mail-forgotten-told = If this account exists, a link is arriving at its verified e-mail address, or a code on its phone. Nothing? Ask an administrator of your organisation for a link.

profile-mail-verify = Verify my e-mail address
profile-mail-why = With a verified address you can get a new password, and you hear of it when your account changes.
profile-mail-send = Get a code by e-mail
profile-mail-sent = A code is arriving by e-mail. It works for 15 minutes.
profile-mail-done = Your e-mail address is verified.
profile-mail-verified = E-mail address verified

mailbox-title = Test e-mails
mailbox-intro = These e-mails do not leave: no mail server is set. They are read here.
mailbox-empty = No e-mail for now.
outbox-email = E-mail

problem-no-email = This account has no e-mail address. Add one, then try again.
problem-no-mail = No e-mail leaves from here for now. Nothing was changed. Tell your administrator.

reason-email = Sent by e-mail.
reason-bad_address = This e-mail address does not exist or does not take our messages. Check it with the person.
reason-mail_refused = The mail server refused this e-mail. An administrator must look into it.
reason-outcome_unknown = The connection was lost while sending. The message may have arrived: ask the person before you send it again.

audit-does-user-send-email-code = { $actor } asked for a code for the own e-mail address.
audit-does-user-verify-email = { $actor } confirmed the own e-mail address.
audit-does-user-send-reset-mail = A password link was sent by e-mail to { $person }.
audit-action-user-send-email-code = Ask for a code by e-mail
audit-action-user-verify-email = Confirm an e-mail address
audit-action-user-send-reset-mail = Send a password link
