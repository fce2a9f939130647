# Rappels que l’équipe écrit à un patient

problem-reminder-leaving = Ce rappel est peut-être en train de partir : il ne peut plus être retiré. Rien n’a été changé ; réessayez dans quelques minutes.
problem-reminder-sent = Ce rappel est déjà parti. Rien n’a été changé ; pour l’envoyer encore, demandez-le.
field-before-reminder = Choisissez un moment après celui du rappel.
field-reminder-over = Ce moment est passé. Choisissez un moment à venir, ou donnez l’heure du rendez-vous si le rappel sert encore.
field-not-the-patients = Ce numéro n’est pas au dossier du patient. Vérifiez-le, ou confirmez qu’il faut écrire là (phone_override).
field-not-e164 = Écrivez le numéro avec l’indicatif du pays, par exemple +221 77 123 45 67.
work-queue-reminder_note = Rappels à envoyer
audit-object-reminder = Rappel
audit-object-reminder-list = Liste des rappels
audit-does-reminder-list = { $actor } a consulté la liste des rappels.
audit-action-reminder-list = Voir les rappels
audit-my-reminder-list = A consulté vos rappels
audit-does-reminder-read = { $actor } a lu un rappel { $of_patient }.
audit-action-reminder-read = Lire un rappel
audit-my-reminder-read = A lu un de vos rappels
audit-does-reminder-create = { $actor } a écrit un rappel { $of_patient }.
audit-action-reminder-create = Écrire un rappel
audit-my-reminder-create = A écrit un rappel pour vous
audit-does-reminder-update = { $actor } a changé un rappel { $of_patient }.
audit-action-reminder-update = Changer un rappel
audit-my-reminder-update = A changé un de vos rappels
audit-does-reminder-delete = { $actor } a retiré un rappel { $of_patient }.
audit-action-reminder-delete = Retirer un rappel
audit-my-reminder-delete = A retiré un de vos rappels
audit-does-reminder-trigger = { $actor } a lancé l’envoi des rappels dont l’heure était venue.
audit-action-reminder-trigger = Lancer l’envoi des rappels
audit-does-reminder-answer = Réponse à un rappel { $of_patient }, notée par { $actor }.
audit-action-reminder-answer = Répondre à un rappel
audit-my-reminder-answer = A noté votre réponse à un rappel

notice-reminder-note = Rappel pour { $name } : { $reason }{ $details }
reminder-note-visit = rendez-vous
reminder-note-when = Rendez-vous le { $day } à { $time }
reminder-note-medications = Médicaments : { $list }
reminder-note-consultations = Consultations : { $list }
notice-reminder-note-shared = { $clinic }. Une information vous attend, appelez-nous ou passez à notre accueil.

reminder-state-pending = en attente
reminder-state-sending = envoi en cours
reminder-state-sent = envoyé
reminder-state-delivered = reçu
reminder-state-failed = échec
reminder-state-expired = périmé
reminder-state-cancelled = annulé
reminder-state-refused = non envoyé
reminder-state-simulated = simulé
reminder-method-whatsapp = WhatsApp
reminder-method-sms = SMS
reminder-method-call = Appel
reminder-answer-confirmed = vient
reminder-answer-cancelled = ne vient pas

notes-title = Rappels
notes-what = Un rappel part à son heure, jamais la nuit. Un SMS ne dit ni médicament ni raison médicale.
notes-new = Écrire un rappel
notes-edit = Rappel
notes-send-due = Envoyer ce qui attend
notes-any = Tous
notes-state = État
notes-method = Moyen
notes-day = Jour
notes-when = Part le
notes-who = Patient
notes-reason = Raison
notes-reason-hint = Par exemple « visite de suivi ». Par SMS, une raison médicale est remplacée par « rendez-vous ».
notes-name = Nom dans le message
notes-phone = Téléphone
notes-phone-hint = Avec l’indicatif du pays, par exemple +221 77 123 45 67.
notes-phone-override = Écrire à ce numéro même s’il n’est pas au dossier
notes-medications = Médicaments (facultatif)
notes-consultations = Consultations (facultatif)
notes-language = Langue du message
notes-language-fr = Français
notes-language-en = Anglais
notes-appointment = Rendez-vous le (facultatif)
notes-expires = Inutile après (facultatif)
notes-expires-hint = Vide, c’est à l’heure du rendez-vous, ou un jour après le départ.
notes-rearm = Envoyer ce rappel encore une fois
notes-again = Renvoyer
notes-stale = Quelqu’un a changé ce rappel entre-temps. Rien n’est perdu : vérifiez, puis enregistrez de nouveau.
notes-none = Aucun rappel pour le moment. Écrivez le premier : il partira à son heure.
notes-none-such = Aucun rappel ne correspond. Élargissez les critères, ou affichez tout.
notes-count = { $count ->
    [one] { $count } rappel
   *[other] { $count } rappels
}
notes-of-patient = Rappels
notes-done-saved = Le rappel est enregistré, il partira à son heure.
notes-done-again = Le rappel repart.
notes-done-removed = Le rappel est retiré.
notes-done-due = { $triggered ->
    [0] Aucun rappel n’attendait.
    [one] 1 rappel lancé. Remis à l’opérateur, { $sent } ; en échec, { $failed } ; en attente ou simulé, { $skipped }.
   *[other] { $triggered } rappels lancés. Remis à l’opérateur, { $sent } ; en échec, { $failed } ; en attente ou simulés, { $skipped }.
}
reminder-note-you = vous
