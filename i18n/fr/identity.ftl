# La connexion.

sign-in-title = Connexion
sign-in-name = Nom d’utilisateur ou e-mail
sign-in-password = Mot de passe
sign-in-wrong = Ce nom et ce mot de passe ne vont pas ensemble. Vérifiez-les et réessayez.
sign-in-wait = Trop d’essais. Patientez un peu, puis réessayez.
problem-username-taken = Ce nom d’utilisateur est déjà pris. Choisissez-en un autre.
problem-tenant-exists = Une clinique porte déjà ce nom court. Choisissez-en un autre.
