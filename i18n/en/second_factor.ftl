# The second factor.

factor-title = Two-step sign-in
factor-own = My account
factor-on = Two-step sign-in is on.
factor-off = Two-step sign-in is not on yet.
factor-intro = With it a stolen password is not enough: an app on your phone (Aegis, FreeOTP, Google Authenticator…) gives a code for each sign-in, even without a network.
factor-must = Your clinic asks for two-step sign-in for your account. Set it up now; it takes two minutes.
factor-begin = Begin
factor-set-up-title = Set up two-step sign-in
factor-scan = Scan this square with your app.
factor-picture = QR code to scan with the app
factor-follow = Open in the app on this phone
factor-type = Or type this key into the app:
factor-first-code = The six-digit code that the app shows
factor-code-title = Your code
factor-code = Code
factor-code-hint = The six digits of your app, or a recovery code.
factor-begin-again = Begin signing in again
factor-wrong-code = This code is not right, or it has been used. Wait for the next one, then try again.
factor-wrong-password = This password is not right. Nothing has changed. Check it, then try again.
factor-wait = { $minutes ->
    [one] Too many attempts. Wait one minute, then try again.
   *[other] Too many attempts. Wait { $minutes } minutes, then try again.
}
factor-codes-title = Your recovery codes
factor-codes-keep = Write them down or print them, and keep them away from your phone. Each opens your account once if the phone is lost. They will not be shown again.
factor-codes-kept = I have written them down
factor-codes-left = { $count ->
    [one] You have one recovery code left.
   *[other] Recovery codes left: { $count }.
}
factor-renew = Make new recovery codes
factor-remove = Turn two-step sign-in off
factor-clinic = In the clinic
factor-rule = Who must have it
factor-rule-none = Nobody
factor-rule-admins = Administrators
factor-rule-staff = The whole team
factor-member-on = on
factor-member-off = not on yet
factor-reset = Remove
factor-reset-of = Remove the two-step sign-in of { $name }
problem-second-factor-needed = The password is right. The code of the second step is missing: send it with the challenge you got.
problem-second-factor-setup-needed = Your clinic asks for two-step sign-in. Sign in with a browser to set it up.
problem-wrong-code = This code is not right, or it has been used. Wait for the next one, then try again.
problem-challenge-expired = Too much time has passed since the password. Begin signing in again.
problem-second-factor-on = Two-step sign-in is on already. Nothing has changed.
problem-second-factor-first = Set up two-step sign-in for your own account first, or this rule would shut you out. Nothing has changed.
problem-second-factor-required = Your clinic asks for two-step sign-in: it stays on.
