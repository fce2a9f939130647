# Plusieurs rendez-vous à la fois : le même jour, ou en série.

notice-reminder-each = { $clinic }. Rappel, { $count } rendez-vous le { $day } dès { $time }. Confirmez ou non sur { $link }
reply-several = Vos { $count } rendez-vous
reply-each = Répondez pour chacun.

series-cancel = Annuler toute la série
series-cancel-what = { $count ->
    [one] Un rendez-vous à venir sera annulé. Ceux qui sont passés restent comme ils sont.
   *[other] { $count } rendez-vous à venir seront annulés. Ceux qui sont passés restent comme ils sont. Le patient reçoit un seul message.
}
series-cancel-do = Annuler ces rendez-vous
series-cancelled = Les rendez-vous à venir de cette série sont annulés.
notice-appointment-series-cancelled = { $clinic }. Vos { $count } rendez-vous à partir du { $day } sont annulés. Voir { $link }
problem-no-series = Ce rendez-vous n’appartient à aucune série. Rien n’a été changé : annulez-le seul.
