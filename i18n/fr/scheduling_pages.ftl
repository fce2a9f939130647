# Pages des rendez-vous

my-appointments-title = Mes rendez-vous
my-appointments-nav = Rendez-vous
my-appointment-new = Prendre rendez-vous
my-appointment-next = Votre prochain rendez-vous
my-appointments-coming = Ensuite
my-appointments-over = Rendez-vous passés ou annulés
my-appointments-none = Vous n’avez pas de rendez-vous prévu.
my-appointment-pending = Demandé, la clinique va vous répondre
my-appointment-confirmed = Confirmé, nous vous attendons
my-appointment-declined = La clinique n’a pas pu l’accepter
my-appointment-cancelled = Annulé
my-appointment-completed = Visite faite
my-appointment-missed = Vous n’avez pas pu venir
my-appointment-asked = Votre demande est partie. La clinique vous répondra par message.
my-appointment-moved = C’est noté : voici votre nouvelle heure.
my-appointment-cancelled-done = Votre rendez-vous est annulé. Merci de nous avoir prévenus.
my-appointment-move = Déplacer
my-appointment-cancel = Annuler
my-appointment-cancel-title = Annuler ce rendez-vous ?
my-appointment-cancel-what = La place sera libre aussitôt pour un autre patient. Vous pourrez reprendre rendez-vous quand vous voudrez.
my-appointment-cancel-why = Un mot pour la clinique (facultatif)
my-appointment-cancel-yes = Oui, annuler
my-appointment-cancel-no = Non, je le garde
book-title = Prendre rendez-vous
book-move-title = Déplacer mon rendez-vous
book-step = Étape { $number } sur 4
book-doctor = Avec qui ?
book-any = Le premier médecin libre
book-from = Libre dès { $when }
book-day = Quel jour ?
book-left = { $count ->
    [one] 1 horaire libre
   *[other] { $count } horaires libres
}
book-hour = À quelle heure ?
book-last = Tout est bon ?
book-move-last = On le déplace ?
book-others = Choisissez une autre heure
book-none = Aucune heure libre dans les quatre semaines qui viennent. Appelez l’accueil, nous trouverons avec vous.
book-day-full = Il ne reste plus de place ce jour-là. Choisissez un autre jour.
book-taken = Cette heure vient d’être prise. Rien n’est perdu : votre message est gardé, il suffit de toucher une autre heure.
book-other-doctor = Choisir un autre médecin
book-other-day = Un autre jour
book-other-hour = Une autre heure
book-mode = Comment venez-vous ?
book-message = Un mot pour le médecin (facultatif)
book-do = Demander ce rendez-vous
book-move-do = Déplacer à cette heure
book-move-from = Pour l’instant : { $when }
agenda-doctor = Dr { $name }
agenda-day = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
} { $month }
agenda-moment = { $day } à { $time }
agenda-weekday-0 = lundi
agenda-weekday-1 = mardi
agenda-weekday-2 = mercredi
agenda-weekday-3 = jeudi
agenda-weekday-4 = vendredi
agenda-weekday-5 = samedi
agenda-weekday-6 = dimanche
agenda-title = Rendez-vous
agenda-week-of = Semaine du { $day }
agenda-new = Nouveau rendez-vous
agenda-days = Jours
agenda-day-before = Jour d’avant
agenda-day-after = Jour d’après
agenda-week-before = Semaine d’avant
agenda-week-after = Semaine d’après
agenda-today = Aujourd’hui
agenda-day-view = Jour
agenda-week-view = Semaine
agenda-date = Jour
agenda-whose = Médecin
agenda-all-doctors = Tous les médecins
agenda-show = Afficher
agenda-waiting = À confirmer
agenda-answer = Répondre
agenda-confirm = Confirmer
agenda-decline = Refuser
agenda-decline-why = Dites au patient pourquoi, et ce qu’il peut faire
agenda-decline-do = Refuser et prévenir le patient
agenda-cancel = Annuler ce rendez-vous
agenda-cancel-why = Pourquoi ? (pour l’historique)
agenda-cancel-do = Annuler et prévenir le patient
agenda-no-doctor = Sans médecin pour l’instant
agenda-give-to = Confier à
agenda-assign = Attribuer
agenda-came = Venu
agenda-absent = Absent
agenda-move = Déplacer
agenda-overbooked = En plus
agenda-overbooked-why = Ajouté en plus : { $reason }
agenda-free = { $left ->
    [one] libre
   *[other] { $left } places libres
}
agenda-free-count = { $count ->
    [one] 1 créneau libre
   *[other] { $count } créneaux libres
}
agenda-empty = Rien de prévu.
agenda-no-doctors = La clinique n’a pas encore de médecin. Invitez-en un depuis la page Équipe.
agenda-one = Rendez-vous
agenda-patient-wrote = Le patient écrit
agenda-clinic-wrote = La clinique a écrit
agenda-history = Historique
agenda-away = Absent de { $start } à { $end } · { $kind }
agenda-away-all-day = Absent toute la journée · { $kind }
agenda-done-confirm = Rendez-vous confirmé. Le patient est prévenu.
agenda-done-decline = Demande refusée. Le patient est prévenu.
agenda-done-cancel = Rendez-vous annulé. Le patient est prévenu.
agenda-done-assign = Le médecin a ce rendez-vous.
agenda-done-complete = Visite notée.
agenda-done-no-show = Absence notée.
agenda-done-new = Le rendez-vous est pris.
agenda-done-move = Rendez-vous déplacé. Le patient est prévenu.
absence-unavailable = Indisponible
absence-busy = Occupé ailleurs
absence-vacation = Congé
absence-training = Formation
absence-emergency = Urgence
hours-title = Horaires
absences-title = Absences
place-move = Déplacer le rendez-vous
place-coming = Déjà prévu :
place-other-time = Une autre heure
place-none = Aucun créneau libre ce jour-là. Choisissez un autre jour, ou donnez une heure.
place-time = Autre heure
place-minutes = Durée (minutes)
place-mode = Comment vient le patient ?
place-note = Où venir, ou comment appeler (facultatif)
place-message = Un mot pour le patient (facultatif)
place-confirm = Confirmer tout de suite
place-move-why = Pourquoi ? (facultatif, pour l’historique)
place-over = Le créneau est plein ou le médecin absent ?
place-over-box = Ajouter quand même, en plus
place-over-why = Pour quelle raison ?
place-do = Prendre ce rendez-vous
hours-none = Aucun horaire pour l’instant : les patients ne peuvent pas encore prendre rendez-vous.
hours-add = Ajouter des horaires
hours-edit = Modifier ces horaires
hours-removed = Ces horaires sont retirés. Les rendez-vous déjà pris restent.
hours-paused = En pause
hours-pause = En pause : ne rien proposer pour l’instant
hours-slots = créneaux de { $minutes } min
hours-places = { $count } patients par créneau
hours-day = Jour
hours-start = De
hours-end = À
hours-mode = Comment viennent les patients
hours-length = Durée d’un créneau (minutes)
hours-capacity = Patients par créneau
hours-place = Lieu (facultatif)
hours-notes = Note pour l’équipe (facultatif)
hours-preview = Voir ce que cela donne
hours-preview-what = Rien n’est encore enregistré : voici ce que ces horaires proposeraient.
hours-offered = Créneaux des deux semaines qui viennent
hours-offers-none = Aucun créneau dans les deux semaines qui viennent.
hours-full = pris
absences-none = Aucune absence prévue.
absences-add = Ajouter une absence
absences-saved = L’absence est notée. Ses créneaux ne sont plus proposés.
absences-removed = L’absence est retirée. Ses créneaux sont de nouveau proposés.
absences-once = du { $from } au { $until }
absences-weekly = chaque { $weekday }, de { $start } à { $end }
absences-displaced = { $count ->
    [one] Un rendez-vous tombe dans cette absence. Touchez-le pour le déplacer :
   *[other] { $count } rendez-vous tombent dans cette absence. Touchez chacun pour le déplacer :
}
absences-from = Du
absences-until = Au
absences-kind = Pourquoi
absences-reason = Précision, pour l’équipe (facultatif)
absences-each-week = Revient chaque semaine, même jour et mêmes heures
