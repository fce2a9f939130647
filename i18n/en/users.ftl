# Accounts: registration, team, invitations, profile, password.

users-title = Team
users-search = Name
users-role = Role
users-any = All
users-state = State
users-active = Active
users-inactive = Inactive
users-show = Show
users-none = Nobody matches. Widen the search, or invite somebody.
users-count = { $count ->
    [one] One person
   *[other] { $count } people
}
users-last-login = Last signed in: { $when }
users-never = Never signed in
users-rights = Role and access
users-deactivate = Take access away
users-deactivate-hint = This person can no longer come in here. All they did stays, and you can give access back.
users-reactivate = Give access back
users-reset-link = Make a link to a new password
users-reset-link-hint = For people who forgot theirs and have no known phone. The link works once, for 24 hours.
users-link-once = Here is the link. Copy it now and hand it over in person: it will not be shown again.
users-link-sent = It also goes out as a message to the phone given.
users-back = Back to the team
users-first-name = First name
users-last-name = Last name
users-email = E-mail
users-phone = Phone
users-language = Language
users-verified = verified
users-not-verified = not verified

invitations-title = Invitations
invitations-new = Invite somebody
invitations-hint = Give a phone or an e-mail. With a phone, the link goes out as a message. It works once, for 72 hours.
invitations-send = Invite
invitations-again = New link
invitations-approve = Approve
invitations-revoke = Cancel the invitation
invitations-refuse = Refuse
invitations-none = No invitations yet.
invitation-state-waiting = request to look at
invitation-state-open = sent
invitation-state-expired = expired
invitation-state-accepted = accepted
invitation-state-revoked = cancelled
invitation-state-refused = refused

invitation-title = Join { $clinic }
invitation-offer = Hello { $name }. { $clinic } invites you as: { $role }.
invitation-new = I have no account yet
invitation-known = I have an account
invitation-sign-in = Sign in, then come back here
invitation-join-as = Join as { $name }
invitation-create = Create my account

register-title = Create a patient’s account
register-hint = This account is for patients. If you work here, ask for an invitation.
register-clinic = Clinic (short name)
register-submit = Create my account
register-done = Your account is ready. Sign in.
register-staff = Are you a doctor? Ask to join the team
register-known = I have an account
join-title = Ask to join the team
join-hint = Leave a phone or an e-mail. An administrator will answer with an invitation.
join-submit = Send my request
join-done = Your request has arrived. An administrator will answer.

password-hint = At least 10 characters. A short sentence works well.
password-old = Current password
password-new = New password
password-forgotten = Forgotten password?
forgotten-title = Forgotten password
forgotten-hint = Give your user name, your e-mail or your phone. We send a 6-digit code to your phone.
forgotten-who = User name, e-mail or phone
forgotten-submit = Get a code
users-forgotten-told = If this account exists and we know its phone, a code is arriving there. Nothing? Ask an administrator of your organisation for a link.
reset-title = New password
reset-code = 6-digit code
reset-submit = Change the password
reset-done = Your password is changed. Sign in with the new one.
users-reset-message = Lafiya - your code is { $code }. It works for 15 minutes. Give it to nobody.
users-verify-message = Lafiya - code to confirm your number: { $code }. It works for 15 minutes.
users-invitation-message = { $clinic } invites you to Lafiya. Open this link within 72 hours: { $link }

profile-title = My profile
users-username = User name
users-account = Account
profile-account = My account
profile-about = About me
profile-birth = Date of birth
profile-other-phone = Other phone
profile-address = Address
profile-specialty = Specialty
profile-languages = Languages spoken
profile-available = I take patients now
profile-password = Change my password
profile-password-hint = Your other devices will be signed out.
profile-password-done = Your password is changed. Your other devices are signed out.
profile-verify = Verify my phone
profile-verify-send = Get a code
profile-verify-sent = A code is arriving on your phone. It works for 15 minutes.
profile-verify-done = Your phone is verified.
profile-clinics = My clinics
profile-other-clinic = Go to another clinic
profile-current = here now
profile-switch = Go to { $clinic }

problem-already-member = This account is a member of this clinic already. Nothing was changed. Just sign in.
problem-invitation-over = This invitation is over. Nothing was changed. Make a new one if needed.
problem-last-admin = This is the last administrator. Nothing was changed. Appoint another one first.
problem-member-elsewhere = This account is used in another clinic too. Nothing was changed. Its owner can do it.
problem-no-phone = This account has no phone. Add one, then try again.
problem-not-active = This person has no access any more. Give access back, then try again.
problem-own-rights = Nobody changes their own role or access. Nothing was changed. Ask another administrator.
problem-role-too-high = This role is above yours. Nothing was changed. Ask somebody who has it.

field-wrong-code = This code does not fit, or no longer works. Check it, or ask for a new one.
field-wrong-password = This is not your current password. Check it.
field-phone-or-email = Give a phone or an e-mail.
