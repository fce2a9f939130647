# Signing in.

sign-in-title = Sign in
sign-in-name = User name or e-mail
sign-in-password = Password
sign-in-wrong = This name and this password do not belong together. Check them and try again.
sign-in-wait = Too many attempts. Wait a little, then try again.
problem-username-taken = This user name is taken. Choose another one.
problem-tenant-exists = A clinic already has this short name. Choose another one.
