# Les comptes : inscription, équipe, invitations, profil, mot de passe.

users-title = Équipe
users-search = Nom
users-role = Rôle
users-any = Tous
users-state = État
users-active = Actif
users-inactive = Inactif
users-show = Afficher
users-none = Personne ne correspond. Élargissez la recherche, ou invitez quelqu’un.
users-count = { $count ->
    [one] Une personne
   *[other] { $count } personnes
}
users-last-login = Dernière connexion : { $when }
users-never = Jamais connecté
users-rights = Rôle et accès
users-deactivate = Retirer l’accès
users-deactivate-hint = Cette personne ne pourra plus entrer ici. Tout ce qu’elle a fait reste, et vous pourrez lui rendre l’accès.
users-reactivate = Rendre l’accès
users-reset-link = Créer un lien pour un nouveau mot de passe
users-reset-link-hint = Pour qui a oublié le sien et n’a pas de téléphone connu. Le lien sert une fois, pendant 24 heures.
users-link-once = Voici le lien. Copiez-le maintenant et remettez-le en main propre : il ne sera plus affiché.
users-link-sent = Il part aussi par message vers le téléphone indiqué.
users-back = Retour à l’équipe
users-first-name = Prénom
users-last-name = Nom
users-email = Adresse e-mail
users-phone = Téléphone
users-language = Langue
users-verified = vérifié
users-not-verified = non vérifié

invitations-title = Invitations
invitations-new = Inviter quelqu’un
invitations-hint = Indiquez un téléphone ou une adresse e-mail. Avec un téléphone, le lien part par message. Il sert une fois, pendant 72 heures.
invitations-send = Inviter
invitations-again = Nouveau lien
invitations-approve = Approuver
invitations-revoke = Annuler l’invitation
invitations-refuse = Refuser
invitations-none = Aucune invitation pour le moment.
invitation-state-waiting = demande à examiner
invitation-state-open = envoyée
invitation-state-expired = expirée
invitation-state-accepted = acceptée
invitation-state-revoked = annulée
invitation-state-refused = refusée

invitation-title = Rejoindre { $clinic }
invitation-offer = Bonjour { $name }. { $clinic } vous invite comme : { $role }.
invitation-new = Je n’ai pas encore de compte
invitation-known = J’ai déjà un compte
invitation-sign-in = Me connecter, puis revenir ici
invitation-join-as = Rejoindre en tant que { $name }
invitation-create = Créer mon compte

register-title = Créer un compte de patient
register-hint = Ce compte est pour les patients. Si vous travaillez ici, demandez une invitation.
register-clinic = Clinique (nom court)
register-submit = Créer mon compte
register-done = Votre compte est prêt. Connectez-vous.
register-staff = Vous êtes médecin ? Demandez à rejoindre l’équipe
register-known = J’ai déjà un compte
join-title = Demander à rejoindre l’équipe
join-hint = Laissez un téléphone ou une adresse e-mail. Un administrateur vous répondra par une invitation.
join-submit = Envoyer ma demande
join-done = Votre demande est arrivée. Un administrateur vous répondra.

password-hint = Au moins 10 caractères. Une phrase courte convient bien.
password-old = Mot de passe actuel
password-new = Nouveau mot de passe
password-forgotten = Mot de passe oublié ?
forgotten-title = Mot de passe oublié
forgotten-hint = Indiquez votre nom d’utilisateur, votre adresse e-mail ou votre téléphone. Nous envoyons un code à 6 chiffres sur votre téléphone.
forgotten-who = Nom d’utilisateur, e-mail ou téléphone
forgotten-submit = Recevoir un code
users-forgotten-told = Si ce compte existe et que nous connaissons son téléphone, un code y arrive. Rien ? Demandez un lien à un administrateur de votre structure.
reset-title = Nouveau mot de passe
reset-code = Code à 6 chiffres
reset-submit = Changer le mot de passe
reset-done = Votre mot de passe est changé. Connectez-vous avec le nouveau.
users-reset-message = Lafiya - votre code est { $code }. Il sert 15 minutes. Ne le donnez à personne.
users-verify-message = Lafiya - code pour confirmer votre numéro - { $code }. Il sert 15 minutes.
users-invitation-message = { $clinic } vous invite sur Lafiya. Ouvrez ce lien sous 72 heures - { $link }

profile-title = Mon profil
users-username = Nom d’utilisateur
users-account = Compte
profile-account = Mon compte
profile-about = À mon sujet
profile-birth = Date de naissance
profile-other-phone = Autre téléphone
profile-address = Adresse
profile-specialty = Spécialité
profile-languages = Langues parlées
profile-available = Je reçois des patients en ce moment
profile-password = Changer mon mot de passe
profile-password-hint = Vos autres appareils seront déconnectés.
profile-password-done = Votre mot de passe est changé. Vos autres appareils sont déconnectés.
profile-verify = Vérifier mon téléphone
profile-verify-send = Recevoir un code
profile-verify-sent = Un code arrive sur votre téléphone. Il sert 15 minutes.
profile-verify-done = Votre téléphone est vérifié.
profile-clinics = Mes cliniques
profile-other-clinic = Changer de clinique
profile-current = ici en ce moment
profile-switch = Aller à { $clinic }

problem-already-member = Ce compte est déjà membre de cette clinique. Rien n’a été modifié. Connectez-vous, tout simplement.
problem-invitation-over = Cette invitation est terminée. Rien n’a été modifié. Créez-en une nouvelle au besoin.
problem-last-admin = C’est le dernier administrateur. Rien n’a été modifié. Nommez-en d’abord un autre.
problem-member-elsewhere = Ce compte sert aussi dans une autre clinique. Rien n’a été modifié. Son titulaire peut le faire lui-même.
problem-no-phone = Ce compte n’a pas de téléphone. Ajoutez-en un, puis réessayez.
problem-not-active = Cette personne n’a plus accès. Rendez-lui l’accès, puis réessayez.
problem-own-rights = On ne change pas son propre rôle ni son propre accès. Rien n’a été modifié. Demandez à un autre administrateur.
problem-role-too-high = Ce rôle dépasse le vôtre. Rien n’a été modifié. Demandez à quelqu’un qui l’a.

field-wrong-code = Ce code ne convient pas, ou il ne sert plus. Vérifiez-le, ou demandez-en un nouveau.
field-wrong-password = Ce n’est pas votre mot de passe actuel. Vérifiez-le.
field-phone-or-email = Indiquez un téléphone ou une adresse e-mail.
