# Le second facteur.

factor-title = Double vérification
factor-own = Mon compte
factor-on = La double vérification est active.
factor-off = La double vérification n’est pas encore active.
factor-intro = Avec elle, un mot de passe volé ne suffit plus : une application de votre téléphone (Aegis, FreeOTP, Google Authenticator…) donne un code à chaque connexion, même sans réseau.
factor-must = Votre clinique demande une double vérification pour votre compte. Installez-la maintenant ; cela prend deux minutes.
factor-begin = Commencer
factor-set-up-title = Installer la double vérification
factor-scan = Photographiez ce carré avec votre application.
factor-picture = Code QR à photographier avec l’application
factor-follow = Ouvrir dans l’application de ce téléphone
factor-type = Ou tapez cette clé dans l’application :
factor-first-code = Le code à six chiffres que l’application affiche
factor-code-title = Votre code
factor-code = Code
factor-code-hint = Les six chiffres de votre application, ou un code de secours.
factor-begin-again = Recommencer la connexion
factor-wrong-code = Ce code ne convient pas, ou il a déjà servi. Attendez le suivant, puis réessayez.
factor-wrong-password = Ce mot de passe ne convient pas. Rien n’a changé. Vérifiez-le, puis réessayez.
factor-wait = { $minutes ->
    [one] Trop d’essais. Attendez une minute, puis réessayez.
   *[other] Trop d’essais. Attendez { $minutes } minutes, puis réessayez.
}
factor-codes-title = Vos codes de secours
factor-codes-keep = Notez-les ou imprimez-les, et gardez-les loin de votre téléphone. Chacun ouvre votre compte une fois si le téléphone est perdu. Ils ne seront plus affichés.
factor-codes-kept = Je les ai notés
factor-codes-left = { $count ->
    [one] Il vous reste un code de secours.
   *[other] Codes de secours restants : { $count }.
}
factor-renew = Faire de nouveaux codes de secours
factor-remove = Arrêter la double vérification
factor-clinic = Dans la clinique
factor-rule = Qui doit en avoir une
factor-rule-none = Personne
factor-rule-admins = Les administrateurs
factor-rule-staff = Toute l’équipe
factor-member-on = active
factor-member-off = pas encore active
factor-reset = Retirer
factor-reset-of = Retirer la double vérification de { $name }
problem-second-factor-needed = Le mot de passe est bon. Il manque le code de la double vérification : envoyez-le avec le défi reçu.
problem-second-factor-setup-needed = Votre clinique demande une double vérification. Connectez-vous avec un navigateur pour l’installer.
problem-wrong-code = Ce code ne convient pas, ou il a déjà servi. Attendez le suivant, puis réessayez.
problem-challenge-expired = Trop de temps a passé depuis le mot de passe. Recommencez la connexion.
problem-second-factor-on = La double vérification est déjà active. Rien n’a changé.
problem-second-factor-first = Installez d’abord la double vérification de votre compte, sinon cette règle vous mettrait dehors. Rien n’a changé.
problem-second-factor-required = Votre clinique demande la double vérification : elle reste active.
