# Les voies d’envoi et leurs essais.

providers-nav = Envoi des messages
providers-title = Envoi des messages
providers-what = Par où partent les messages, comment vont ces voies, et un essai de chacune vers vous-même.
providers-nobody = Rien ne part par cette voie : aucun service n’est réglé.
providers-health-healthy = répond
providers-health-degraded = de nouveau à l’essai
providers-health-unhealthy = ne répond pas
providers-since = Depuis { $at }.
providers-silence = Dernier silence le { $at } : { $why }
silence-transient = aucune connexion.
silence-unknown = pas de réponse claire, le message a pu partir.
silence-account = le compte ou l’expéditeur est refusé.
providers-credentials = Les accès du service sont réglés.
providers-no-credentials = Aucun accès n’est réglé : les messages restent dans le simulateur.
providers-sender = Expéditeur : { $sender }.
providers-no-sender = La clinique n’a pas de numéro pour cette voie.
providers-pace = Au plus { $count } par seconde.
providers-sent = En 24 heures : { $count ->
    [one] { $count } envoyé,
   *[other] { $count } envoyés,
}
providers-failed = { $count ->
    [one] { $count } échoué,
   *[other] { $count } échoués,
}
providers-waiting = { $count } en attente.
providers-simulated = { $count ->
    [one] { $count } simulé, parti nulle part.
   *[other] { $count } simulés, partis nulle part.
}
providers-test = Envoyer un essai à { $to }
providers-test-at = Votre essai du { $at } :
providers-done = L’essai est en route. Son état s’affiche ci-dessous.
providers-help = Erreur { $code } chez Twilio
providers-no-phone = Pour essayer, vérifiez d’abord votre téléphone : un essai ne va qu’à vous.
providers-no-email = Pour essayer, vérifiez d’abord votre adresse e-mail : un essai ne va qu’à vous.
providers-profile = Mon profil
provider-test-text = { $clinic } : ceci est un essai, cette voie fonctionne. Rien à faire.
provider-test-subject = Essai d’envoi
provider-do-account = Vérifiez chez l’opérateur le compte, son crédit, ses autorisations et l’expéditeur.
provider-do-bad_number = Vérifiez le numéro de votre profil et, par WhatsApp, qu’il y est inscrit.
provider-do-bad_address = Vérifiez l’adresse de votre profil.
provider-do-blocked = Débloquez l’expéditeur sur votre téléphone, ou demandez à l’opérateur pourquoi il bloque.
provider-do-opted_out = Écrivez START à ce numéro depuis votre téléphone, puis essayez de nouveau.
provider-do-window_closed = Écrivez d’abord au numéro WhatsApp de la clinique depuis votre téléphone, puis essayez de nouveau.
provider-do-out_of_window = Écrivez d’abord au numéro WhatsApp de la clinique depuis votre téléphone, puis essayez de nouveau.
provider-do-content_refused = L’opérateur filtre ce texte ou cet expéditeur : demandez-lui d’enregistrer l’expéditeur.
provider-do-mail_refused = Vérifiez l’expéditeur (MAIL_FROM) et les accès du serveur d’e-mail.
provider-do-undelivered = Vérifiez que le téléphone est allumé et joignable, puis regardez l’erreur.
provider-do-provider_silent = Rien à faire : l’essai part dès que le service répond. Vérifiez la connexion si cela dure.
provider-do-given_up = Vérifiez la connexion du serveur à Internet et l’état du service, puis essayez de nouveau.
provider-do-outcome_unknown = Regardez si l’e-mail est arrivé, indésirables compris, avant d’essayer de nouveau.
provider-do-expired = Le service n’a pas répondu en dix minutes. Essayez de nouveau quand il répond.
problem-no-verified-phone = Votre téléphone n’est pas vérifié. Vérifiez-le dans votre profil, puis essayez de nouveau.
problem-no-verified-email = Votre adresse e-mail n’est pas vérifiée. Vérifiez-la dans votre profil, puis essayez de nouveau.
problem-test-too-soon = Un essai par minute et par voie. Rien n’a été envoyé ; attendez un instant.
audit-does-provider-test = { $actor } a essayé une voie d’envoi.
audit-action-provider-test = Essayer une voie d’envoi
