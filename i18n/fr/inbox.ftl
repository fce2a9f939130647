# La boîte de réception.

inbox-title = Messages
inbox-filter = Conversations affichées
inbox-open = En cours
inbox-closed = Terminées
inbox-conversation = Conversation
inbox-lines = Échanges
inbox-choose = Choisissez une conversation.
inbox-empty = Aucune conversation ici. Un message reçu apparaît aussitôt.
inbox-no-text = (sans texte)
inbox-unread = { $count ->
    [one] { $count } nouveau
   *[other] { $count } nouveaux
}
inbox-to-confirm = À confirmer
inbox-who = Qui écrit ?
inbox-unknown = Inconnu
inbox-more-conversations = Et { $count } autres conversations plus anciennes.
inbox-answer = Votre réponse
inbox-by = Par
inbox-more = Note, attribution, clôture
inbox-note = Note interne (le patient ne la voit pas)
inbox-is-note = Note interne
inbox-add-note = Ajouter la note
inbox-assign = Confier à
inbox-nobody = Personne
inbox-close = Terminer la conversation
inbox-reopen = Rouvrir la conversation
inbox-assigned-to = confiée à { $name }
inbox-is-closed = terminée
inbox-proposal = Ce numéro ressemble à celui de { $name }, mais n’est pas le même. Est-ce la même personne ?
inbox-yes-same = Oui, c’est lui ou elle
inbox-no-other = Non, quelqu’un d’autre
inbox-shared = Plusieurs patients partagent ce numéro. Qui a écrit ?
inbox-file-pending = { $kind ->
    [image] Une photo arrive…
    [audio] Un message vocal arrive…
    [video] Une vidéo arrive…
   *[file] Un fichier arrive…
}
inbox-file-failed = { $kind ->
    [image] La photo n’a pas pu être reçue.
    [audio] Le message vocal n’a pas pu être reçu.
    [video] La vidéo n’a pas pu être reçue.
   *[file] Le fichier n’a pas pu être reçu.
} Le message, lui, est gardé. Essayez de nouveau, ou demandez un nouvel envoi au patient.
inbox-file-again = Essayer de nouveau
inbox-picture = Image reçue
inbox-file = { $kind ->
    [image] Ouvrir l’image
    [audio] Ouvrir le message vocal
    [video] Ouvrir la vidéo
   *[file] Ouvrir le fichier
}
inbox-not-attached = pas encore attribué
inbox-opted-out = Ce numéro ne veut plus de messages. Seules vos réponses à ses questions partent.
inbox-use-sms = Vous pouvez répondre par SMS.
inbox-who-is-writing = Ce téléphone est partagé. Qui nous écrit ? Répondez par le chiffre : { $choices }
inbox-stopped = { $clinic } : c’est noté, vous ne recevrez plus nos messages. Pour les recevoir de nouveau, écrivez REPRENDRE.
inbox-started = { $clinic } : c’est noté, vous recevrez de nouveau nos messages. Pour les arrêter, écrivez STOP.
inbox-started-chosen = { $clinic } : c’est noté, vous recevrez de nouveau les messages que vous aviez choisis, et seulement ceux-là. Pour les arrêter, écrivez STOP.
inbox-event-opted-out = A demandé l’arrêt des messages
inbox-event-opted-in = Accepte de nouveau les messages
inbox-event-opted-in-chosen = Accepte de nouveau les messages qu’il avait choisis
inbox-event-coming = A confirmé sa venue au rendez-vous. Rien ne lui a été répondu.
inbox-event-called-off = A annulé son rendez-vous. Rien ne lui a été répondu.
inbox-event-attached = Échanges rattachés à ce patient
inbox-event-refused = La ressemblance a été écartée
inbox-event-assigned = Conversation confiée à un collègue
inbox-event-unassigned = Conversation remise à tous
inbox-event-opened = Conversation rouverte
inbox-event-closed = Conversation terminée
