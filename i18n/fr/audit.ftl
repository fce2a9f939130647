# Le journal, les accès aux dossiers et qui a vu le mien.

audit-title = Journal
audit-intro = Qui a fait quoi, et qui a ouvert quel dossier. Rien ne peut y être modifié ni effacé.
audit-export = Télécharger en CSV
audit-alerts = Accès d’urgence des sept derniers jours
audit-reason = Motif : « { $reason } »
audit-person = Personne
audit-action = Action
audit-object = Objet
audit-from = Du
audit-to = Au
audit-any = Tout
audit-show = Afficher
audit-all = Tout afficher
audit-none = Le journal est encore vide.
audit-none-such = Rien ne correspond. Élargissez les critères, ou affichez tout.
audit-count = { $count ->
    [one] { $count } entrée
   *[other] { $count } entrées
}
audit-number = N°
audit-when = Quand
audit-what = Quoi
audit-role = En tant que
audit-same-patient = Ce dossier
audit-of = { $vowel ->
    [yes] d’{ $name }
   *[no] de { $name }
}
audit-somebody = Quelqu’un
audit-service = Un service relié
audit-program = Lafiya
audit-unknown-patient = un numéro inconnu

audit-does-other = { $actor } : { $action }.
audit-does-patient-read = { $actor } a ouvert le dossier { $of_patient }.
audit-does-patient-list = { $actor } a consulté la liste des patients.
audit-does-patient-search = { $actor } a cherché un patient.
audit-does-patient-create = { $actor } a enregistré { $patient }.
audit-does-patient-update = { $actor } a modifié le dossier { $of_patient }.
audit-does-patient-add-contact = { $actor } a ajouté un numéro au dossier { $of_patient }.
audit-does-patient-access = { $actor } a changé qui peut ouvrir le dossier { $of_patient }.
audit-does-patient-break-glass = { $actor } a ouvert en urgence le dossier réservé { $of_patient }.
audit-does-conversation-read = { $actor } a lu la conversation { $of_patient }.
audit-does-conversation-list = { $actor } a consulté la liste des conversations.
audit-does-conversation-reply = { $actor } a répondu dans la conversation { $of_patient }.
audit-does-conversation-note = { $actor } a noté quelque chose dans la conversation { $of_patient }.
audit-does-conversation-assign = { $actor } a confié la conversation { $of_patient } à quelqu’un.
audit-does-conversation-status = { $actor } a fermé ou rouvert la conversation { $of_patient }.
audit-does-conversation-resolve = { $actor } a dit qui écrivait d’un numéro partagé.
audit-does-conversation-confirm = { $actor } a confirmé le numéro d’un patient.
audit-does-conversation-refuse = { $actor } a écarté un numéro proposé.
audit-does-media-read = { $actor } a ouvert un fichier { $of_patient }.
audit-does-media-fetch-again = { $actor } a relancé la réception d’un fichier.
audit-does-message-send-again = { $actor } a renvoyé un message.
audit-does-webhook-retry = { $actor } a relancé le traitement d’un message reçu.
audit-does-user-sign-in = Connexion de { $actor }.
audit-does-user-create = { $actor } a créé le compte { $of_person }.
audit-does-user-reset-password = { $actor } a donné un nouveau mot de passe à { $person }.
audit-does-audit-list = { $actor } a consulté le journal.
audit-does-audit-export = { $actor } a téléchargé le journal.

audit-action-patient-read = Ouvrir un dossier
audit-action-patient-list = Lister les patients
audit-action-patient-search = Chercher un patient
audit-action-patient-create = Enregistrer un patient
audit-action-patient-update = Modifier un dossier
audit-action-patient-add-contact = Ajouter un numéro
audit-action-patient-access = Changer les accès d’un dossier
audit-action-patient-break-glass = Ouvrir en urgence
audit-action-conversation-read = Lire une conversation
audit-action-conversation-list = Lister les conversations
audit-action-conversation-reply = Répondre
audit-action-conversation-note = Noter
audit-action-conversation-assign = Confier une conversation
audit-action-conversation-status = Fermer ou rouvrir
audit-action-conversation-resolve = Dire qui a écrit
audit-action-conversation-confirm = Confirmer un numéro
audit-action-conversation-refuse = Écarter un numéro
audit-action-media-read = Ouvrir un fichier
audit-action-media-fetch-again = Relancer un fichier
audit-action-message-send-again = Renvoyer un message
audit-action-webhook-retry = Relancer un traitement
audit-action-user-sign-in = Se connecter
audit-action-user-create = Créer un compte
audit-action-user-reset-password = Changer un mot de passe
audit-action-audit-list = Consulter le journal
audit-action-audit-export = Télécharger le journal

audit-object-patient = Patient
audit-object-patient-list = Liste des patients
audit-object-conversation = Conversation
audit-object-conversation-list = Liste des conversations
audit-object-inbound-media = Fichier reçu
audit-object-message = Message
audit-object-webhook-event = Message reçu à traiter
audit-object-user = Compte
audit-object-audit = Journal

my-access-title = Qui a vu mon dossier
my-access-intro = Chaque fois que quelqu’un de la clinique ouvre ou change votre dossier, cela s’inscrit ici.
my-access-none = Personne n’a encore ouvert votre dossier.
audit-my-other = A travaillé sur votre dossier
audit-my-patient-read = A ouvert votre dossier
audit-my-patient-create = A créé votre dossier
audit-my-patient-update = A modifié votre dossier
audit-my-patient-add-contact = A ajouté un numéro à votre dossier
audit-my-patient-access = A changé qui peut ouvrir votre dossier
audit-my-patient-break-glass = A ouvert votre dossier en urgence
audit-my-conversation-read = A lu vos messages
audit-my-conversation-reply = Vous a répondu
audit-my-conversation-note = A noté quelque chose sur vos messages
audit-my-media-read = A ouvert un fichier que vous avez envoyé
problem-no-linked-record = Votre compte n’est relié à aucun dossier. Demandez à l’accueil de la clinique de le relier.

record-access-title = Accès au dossier
record-access-open = Accès et confidentialité
record-access-intro = Un dossier réservé ne s’ouvre qu’aux personnes cochées. Les autres peuvent l’ouvrir en urgence, avec un motif, et vous en êtes averti.
record-access-restricted = Dossier réservé
record-access-staff = Qui peut ouvrir ce dossier
record-access-account = Compte du patient
record-access-account-hint = Le nom avec lequel le patient se connecte. Vide : aucun compte n’est relié.
record-access-history = Voir le journal de ce dossier
restricted-badge = Dossier réservé
restricted-title = Ce dossier est réservé
restricted-intro = Seules les personnes désignées par un administrateur peuvent l’ouvrir. Si les soins l’exigent, ouvrez-le en urgence : l’accès dure 60 minutes, votre motif est inscrit au journal et les administrateurs sont avertis.
restricted-reason = Motif
restricted-reason-hint = Au moins dix caractères : pourquoi faut-il l’ouvrir maintenant ?
restricted-open = Ouvrir en urgence
problem-record-restricted = Ce dossier est réservé et vous n’êtes pas parmi les personnes désignées. Si les soins l’exigent, ouvrez la fiche du patient et demandez l’accès d’urgence avec un motif.
problem-not-restricted = Ce dossier n’est pas réservé : vous pouvez l’ouvrir sans accès d’urgence. Rien n’a été changé.
problem-account-linked = Ce compte est déjà relié à un autre dossier. Rien n’a été changé : vérifiez le nom du compte.
field-restricted = Dossier réservé ({ $id }).
field-no-patient-account = Aucun compte de patient de cette clinique n’a ce nom.
