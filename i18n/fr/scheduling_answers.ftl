# Réponses aux rappels de rendez-vous

notice-reminder-digit = { $clinic }. Rappel, rendez-vous le { $day } à { $time }. Répondez 1 pour confirmer votre venue, 2 pour annuler.
notice-reminder-link = { $clinic }. Rappel, rendez-vous le { $day } à { $time }. Confirmez ou annulez sur { $link }
notice-answer-coming = { $clinic }. Merci, nous vous attendons le { $day } à { $time }. Pour annuler, répondez 2.
notice-answer-off = { $clinic }. Merci. Rendez-vous du { $day } à { $time } annulé. Un autre sur { $link }
notice-answer-off-already = { $clinic }. Le rendez-vous du { $day } à { $time } était annulé. Un autre sur { $link }
answer-note-sms = Le patient a répondu au rappel par SMS.
answer-note-whatsapp = Le patient a répondu au rappel par WhatsApp.
answer-note-voice = Le patient a répondu à l’appel par une touche.
answer-note-link = Réponse par le lien du rappel.
appointment-step-coming = Venue confirmée par le patient
agenda-coming = A confirmé
agenda-coming-at = Le patient a confirmé sa venue ({ $at })
my-appointment-coming = Vous avez confirmé votre venue. Merci !
reply-title = Votre rendez-vous
reply-ask = Venez-vous ? Votre réponse aide la clinique à vous attendre, ou à donner la place à quelqu’un d’autre.
reply-yes = Je viens
reply-no = Annuler
reply-coming = C’est noté, nous vous attendons. Si vous ne pouvez plus venir, annulez ici jusqu’à l’heure du rendez-vous.
reply-off = Ce rendez-vous est annulé et la place est libre pour quelqu’un d’autre. Vous pouvez en reprendre un, ou appeler la clinique.
reply-again = Prendre un autre rendez-vous
reply-over-title = Ce lien ne montre plus rien
reply-over = Le rendez-vous a commencé ou a été déplacé, ou l’adresse est incomplète. Rien n’a été changé. Reprenez le lien de votre dernier message, ou appelez la clinique.
audit-does-appointment-answer = Réponse au rappel d’un rendez-vous { $of_patient }, notée par { $actor }.
audit-action-appointment-answer = Répondre au rappel d’un rendez-vous
audit-my-appointment-answer = A noté votre réponse au rappel d’un rendez-vous
