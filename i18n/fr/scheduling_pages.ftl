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
    [one] 1 heure libre
   *[other] { $count } heures libres
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
