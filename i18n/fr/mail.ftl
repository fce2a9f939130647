# Les e-mails : ce qu’ils disent, et les pages qui en parlent.

mail-verify-subject = Votre code Lafiya
mail-verify-text =
    Bonjour { $name },

    Voici le code qui confirme votre adresse e-mail : { $code }

    Il sert 15 minutes. Ne le donnez à personne. Si vous n’avez rien demandé, ignorez ce message.
mail-reset-subject = Créez un nouveau mot de passe
mail-reset-text =
    Bonjour { $name },

    Ouvrez ce lien pour choisir un nouveau mot de passe. Il sert une seule fois, pendant une heure.

    { $link }

    Si vous n’avez rien demandé, ignorez ce message : votre mot de passe reste le même.
mail-invitation-subject = { $clinic } vous invite sur Lafiya
mail-invitation-text =
    Bonjour { $name },

    { $clinic } vous invite dans son équipe sur Lafiya. Ouvrez ce lien sous 72 heures.

    { $link }

    Si vous ne connaissez pas cette structure, ignorez ce message.
mail-changed-subject = Un changement sur votre compte Lafiya
mail-changed-text =
    Bonjour { $name },

    { $what } C’était le { $day } à { $time } ({ $clinic }).

    Si c’était vous, tout va bien. Sinon, choisissez vite un nouveau mot de passe ici.

    { $link }
mail-changed-password = Votre mot de passe a été changé.
mail-changed-factor-on = La double vérification a été activée.
mail-changed-factor-off = La double vérification a été désactivée.
mail-changed-recovery-codes = De nouveaux codes de secours ont été créés.

mail-forgotten-hint = Indiquez votre nom d’utilisateur, votre adresse e-mail ou votre téléphone. Nous envoyons un lien à votre adresse vérifiée, ou un code à 6 chiffres sur votre téléphone.
mail-forgotten-submit = Recevoir un lien ou un code
mail-forgotten-told = Si ce compte existe, un lien arrive à son adresse e-mail vérifiée, ou un code sur son téléphone. Rien ? Demandez un lien à un administrateur de votre structure.

profile-mail-verify = Vérifier mon adresse e-mail
profile-mail-why = Une adresse vérifiée vous permet de retrouver votre mot de passe et d’être prévenu si votre compte change.
profile-mail-send = Recevoir un code par e-mail
profile-mail-sent = Un code arrive par e-mail. Il sert 15 minutes.
profile-mail-done = Votre adresse e-mail est vérifiée.
profile-mail-verified = Adresse e-mail vérifiée

mailbox-title = E-mails d’essai
mailbox-intro = Ces e-mails ne partent pas : aucun serveur de messagerie n’est réglé. Ils se lisent ici.
mailbox-empty = Aucun e-mail pour le moment.
outbox-email = E-mail

problem-no-email = Ce compte n’a pas d’adresse e-mail. Ajoutez-en une, puis réessayez.
problem-no-mail = Aucun e-mail ne part d’ici pour le moment. Rien n’a été modifié. Parlez-en à votre administrateur.

reason-email = Envoyé par e-mail.
reason-bad_address = Cette adresse e-mail n’existe pas ou n’accepte pas nos messages. Vérifiez-la avec la personne.
reason-mail_refused = Le serveur de messagerie a refusé cet e-mail. Un administrateur doit regarder pourquoi.
reason-outcome_unknown = La connexion s’est coupée pendant l’envoi. Le message est peut-être arrivé : demandez à la personne avant de l’envoyer de nouveau.

audit-does-user-send-email-code = { $actor } a demandé un code pour son adresse e-mail.
audit-does-user-verify-email = { $actor } a confirmé son adresse e-mail.
audit-does-user-send-reset-mail = Un lien de mot de passe est parti par e-mail pour { $person }.
audit-action-user-send-email-code = Demander un code par e-mail
audit-action-user-verify-email = Confirmer une adresse e-mail
audit-action-user-send-reset-mail = Envoyer un lien de mot de passe
