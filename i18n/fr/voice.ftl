# Appels.

outbox-voice = Appel
outbox-tries = (essai n° { $count })

reason-voice = Appel passé.
reason-call_busy = La ligne était occupée.
reason-call_no_answer = Personne n’a décroché.
reason-call_canceled = L’appel a été annulé avant d’être décroché.
reason-call_failed = L’appel n’a pas abouti. Vérifiez le numéro avec le patient.

call-prompt = Pour confirmer, appuyez sur 1. Pour annuler, appuyez sur 2. Pour réécouter, appuyez sur 9.
call-goodbye = Merci de votre écoute. Au revoir.
call-thanks-1 = Merci, c’est confirmé. Au revoir.
call-thanks-2 = Merci, votre annulation est notée. Au revoir.
call-key-1 = Touche 1 : confirmé
call-key-2 = Touche 2 : annulé

simulator-calls = Appels
simulator-no-call = Aucun appel sur ce téléphone.
simulator-not-picked-up = Ne pas décrocher
simulator-engaged = Ligne occupée
