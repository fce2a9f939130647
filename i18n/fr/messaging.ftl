# L’état d’un message et ses raisons.

message-state-queued = en attente
message-state-sending = envoi en cours
message-state-accepted = remis à l’opérateur
message-state-sent = envoyé
message-state-delivered = reçu
message-state-read = lu
message-state-failed = échec
message-state-expired = périmé
message-state-refused = non envoyé
message-state-cancelled = annulé
message-state-simulated = simulé

reason-sms = Envoyé par SMS.
reason-inside_window = Le patient a écrit sur WhatsApp il y a moins de 24 heures.
reason-template = Envoyé sous forme de modèle approuvé.
reason-quiet_hours = Il fait nuit chez le patient : le message attend le matin.
reason-expired = Le message n’était plus utile et n’a pas été envoyé.
reason-expires_overnight = Le message n’aurait plus été utile au matin et n’a pas été envoyé.
reason-opted_out = Ce numéro ne veut pas de ces messages.
reason-window_closed = WhatsApp n’accepte de texte libre que dans les 24 heures après le dernier message du patient.
reason-bad_number = Ce numéro ne peut pas être joint par ce canal. Vérifiez-le avec le patient.
reason-blocked = L’opérateur ou le patient bloque nos messages.
reason-out_of_window = Les 24 heures de WhatsApp sont passées.
reason-content_refused = Le texte a été refusé par l’opérateur. Reformulez-le.
reason-account = Le compte de l’opérateur ne permet pas l’envoi : un administrateur doit agir.
reason-device_gone = L’application n’est plus sur cet appareil.
reason-undelivered = L’opérateur n’a pas pu remettre le message.
reason-provider_silent = Le service d’envoi ne répond pas : le message attend et partira dès qu’il répond.
reason-paced = Le message attend son tour : un numéro ne peut pas envoyer plus vite.
reason-given_up = Plusieurs essais ont échoué. Vous pouvez l’envoyer de nouveau.

provider-twilio = Twilio
provider-gateway = L’opérateur des SMS
provider-sendgrid = SendGrid
provider-smtp = Le serveur de messagerie
provider-simulator = Le simulateur
outbox-silent = { $provider } ne répond pas depuis { $since } : ses messages attendent et partiront dès la reprise.
outbox-next = Prochain essai à { $at }.
outbox-trying = Un message fait l’essai.

outbox-title = Messages envoyés
outbox-state = État
outbox-channel = Moyen
outbox-number = Numéro
outbox-any = Tous
outbox-show = Afficher
outbox-all = Tout afficher
outbox-none = Aucun message n’est encore parti.
outbox-none-such = Aucun message ne correspond. Élargissez les critères, ou affichez tout.
outbox-count = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
outbox-when = Quand
outbox-to = À
outbox-why = Pourquoi
outbox-again = Envoyer de nouveau

reason-bounced = Le serveur de cette adresse a refusé le message pour de bon : personne n’y est. Vérifiez-la avec la personne.
reason-dropped = Le service d’envoi n’écrit plus à cette adresse : elle a déjà refusé des messages.
reason-complained = La personne a signalé un message comme indésirable.
reason-unsubscribed = La personne ne veut plus d’e-mails.

addresses-title = Adresses sans e-mails
addresses-intro = Ces adresses ont refusé nos e-mails, ou leurs propriétaires n’en veulent plus. Corrigez l’adresse avec la personne ; si elle est juste, autorisez de nouveau l’envoi.
addresses-none = Toutes les adresses reçoivent leurs e-mails.
addresses-lift = Envoyer de nouveau des e-mails
